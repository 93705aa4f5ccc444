"""The command `edgecase` where it is not on the path: `python -m edgecase`."""

from edgecase.commands import main

if __name__ == "__main__":
    main()
