"""``python -m tierguard``: the command line, for an environment whose programs are not on PATH."""

from tierguard.cli.main import main

if __name__ == "__main__":
    main()
