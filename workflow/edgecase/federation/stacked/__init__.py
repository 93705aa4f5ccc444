"""Local training of many participants as one batch: parameters, gradients and momentum [n, P].

The members of a batch are clients of one or of several seeds. They share every kernel launch and
nothing else: each has its own data, learning rate, number of steps and random streams.
"""
