"""The token that fills a sequence of words up; a word's number is above it."""

PADDING = 0
