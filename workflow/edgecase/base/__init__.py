"""Errors, files, parameters, randomness and command lines: what every other room may use."""
