"""`afterswipe-sync URL DIR`, or `python -m afterswipe_sync URL DIR`: see `--help`."""

import signal
import sys

INTERRUPTED = 130  # what a shell calls Ctrl-C


def main() -> int:
    """The command. Ctrl-C and SIGTERM are no traceback even while the modules of it are being imported, which takes half a second."""
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        from afterswipe.sync.command import main as command

        return command()
    except KeyboardInterrupt:
        print("Ended: it was asked to stop.", file=sys.stderr)
        return INTERRUPTED
    except (ImportError, MemoryError, OSError, SystemError) as error:
        print(f"Ended before it began: {str(error) or 'too little memory'}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
