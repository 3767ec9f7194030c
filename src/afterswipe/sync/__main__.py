"""`python -m afterswipe.sync URL DIR`, as `afterswipe-sync URL DIR`: see `--help`."""

from .command import main

if __name__ == "__main__":
    raise SystemExit(main())
