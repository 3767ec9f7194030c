"""Every plan of three crashes, by hand: `make enumerate`, which is `python -m faultlab.crashes.exhaustive FILE`.

What `make test` decides is every plan of two. A plan of three is decided by one run from each disk that three crashes can leave, so
that its cost is the number of different disks and not of plans. Where there are more than `DISKS` of them, the dimension is left
at two crashes, and the file says so.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from time import process_time  # noqa: TID251 - how long it took

from .crash import Enumeration
from .dimensions import Dimension, enumerate_engine

DISKS = 20_000
"""Different disks of one dimension that are run from at most: nineteen dimensions end within two hours."""


def rows(crashes: int = 3, disks: int = DISKS) -> list[str]:
    """A line for each dimension and form of the feed. Raises AssertionError where a plan ends wrong."""
    found = []
    for dimension in Dimension:
        for extended in (False, True):
            if dimension is Dimension.ANOTHER_LOG and not extended:
                continue
            begun = process_time()
            result, whole = _enumerated(dimension, crashes, disks, extended=extended)
            assert not result.found, f"{dimension}: {result.found[0]}"
            form = "extended" if extended else "plain"
            bound = (
                "" if whole else f"; three crashes leave more than {disks:,} disks, so that it is left at two"
            )
            found.append(f"{dimension} ({form}): {result}{bound}; {process_time() - begun:.0f} s")
            print(found[-1], flush=True)
    return found


def _enumerated(
    dimension: Dimension, crashes: int, disks: int, *, extended: bool
) -> tuple[Enumeration, bool]:
    try:
        return enumerate_engine(dimension, extended=extended, crashes=crashes, states_max=disks), True
    except AssertionError:
        return enumerate_engine(dimension, extended=extended, crashes=2), False


def main(file: str) -> None:
    """Run all, and write down what there was."""
    lines = rows()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    head = f"# make enumerate, {today}: every plan of three crashes, each dimension by itself; seconds are the processor's"
    Path(file).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
