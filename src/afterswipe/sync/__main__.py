"""`afterswipe-sync URL DIR`, or `python -m afterswipe.sync URL DIR`: see `--help`."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
