"""`afterswipe-sync URL DIR`, or `python -m afterswipe_sync URL DIR`: see `--help`."""

import os
import signal
import sys

INTERRUPTED = 130  # what a shell calls Ctrl-C


def main() -> None:
    """The command. Where no run listens, as while it imports modules, Ctrl-C and its like end it at once."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, signal.SIGINT)
        if name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: _end(INTERRUPTED, "Ended: it was asked to stop."))
    try:
        from afterswipe.sync.command import main as command

        _end(command(end=os._exit))  # behind which nothing waits, or could be broken off
    except SystemExit as ended:
        _end(int(ended.code or 0))
    except (ImportError, MemoryError, OSError, SystemError) as error:
        _end(1, f"Ended before it began: {str(error) or 'too little memory'}.")


def _end(code: int, said: str = "") -> None:
    getattr(signal, "alarm", int)(1)  # nobody may take what is said
    try:
        if said and sys.__stderr__ is not None:  # or somebody's file may have that number
            os.write(2, f"{said}\n".encode(errors="replace"))
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
