"""A verdict on one defense: `judge` measures it against a grid of attacks, `page` says it in words.

docs/verdict.md explains what is asked, the words and the intervals.
"""
