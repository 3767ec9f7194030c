"""`afterswipe-sync URL DIR`, or `python -m afterswipe.sync URL DIR`: see `--help`."""

import sys


def main() -> int:
    """The command. Ctrl-C is no traceback even while the modules of it are being imported, which takes half a second."""
    try:
        from . import command

        return command.main()
    except KeyboardInterrupt:
        print("Ended: it was asked to stop.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
