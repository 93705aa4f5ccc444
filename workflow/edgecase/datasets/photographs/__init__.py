"""A folder of photographs becomes arrays: list, decode, split, and files to look at."""
