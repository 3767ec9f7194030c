"""Every plan of three crashes, by hand: `make enumerate`, which is `python -m faultlab.crashes.exhaustive FILE [MINUTES]`.

What `make test` decides is every plan of two. A plan of three is decided by one run from each disk that three crashes can leave, so
that its cost is the number of different disks and not of plans. Where there are more than `DISKS` of them, the dimension is left
at two crashes, and the file says so. The file is written after each dimension: a run that comes to its bound, or is ended, is gone on
with by the next one, as long as the engine and this package are the same to the byte.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic, process_time  # noqa: TID251 - how long it took

import afterswipe.sync

from .crash import Enumeration
from .dimensions import Dimension, enumerate_engine

DISKS = 20_000
"""Different disks of one dimension that are run from at most: some ten minutes of a processor."""
MINUTES = 110
"""No dimension is begun after so many, so that all ends within two hours."""


def cases() -> list[tuple[Dimension, bool]]:
    """Each dimension with each form of the feed. A plain one cannot say that it is another log."""
    forms = [(dimension, extended) for dimension in Dimension for extended in (False, True)]
    return [case for case in forms if case != (Dimension.ANOTHER_LOG, False)]


def name(dimension: Dimension, *, extended: bool) -> str:
    """How the file calls a case."""
    return f"{dimension} ({'extended' if extended else 'plain'})"


def code() -> str:
    """The digest of everything that the numbers depend on: the engine, and this package but for this file."""
    digest, here = sha256(), Path(__file__)
    for package in (Path(str(afterswipe.sync.__file__)).parent, here.parents[1]):
        for path in sorted(package.rglob("*.py")):
            if path != here:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def row(dimension: Dimension, *, extended: bool, crashes: int = 3, disks: int = DISKS) -> str:
    """What there is to say of one case. Raises AssertionError where a plan ends wrong."""
    begun = process_time()
    result, bound = _enumerated(dimension, crashes, disks, extended=extended)
    assert not result.found, f"{dimension}: {result.found[0]}"
    today, took = f"{datetime.now(UTC):%Y-%m-%d}", process_time() - begun
    return f"{name(dimension, extended=extended)}: {result}{bound}; {took:.0f} s; {today}"


def _enumerated(dimension: Dimension, crashes: int, disks: int, *, extended: bool) -> tuple[Enumeration, str]:
    try:
        return enumerate_engine(dimension, extended=extended, crashes=crashes, states_max=disks), ""
    except AssertionError as many:
        if "never repeats" not in str(many):
            raise
    bound = f"; three crashes leave more than {disks:,} disks, so that it is left at two"
    return enumerate_engine(dimension, extended=extended, crashes=2), bound


def left(file: Path, head: str) -> Iterator[tuple[str, Dimension, bool]]:
    """The cases that the file does not have. One that was written for other code is begun anew."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    done = {line.partition(": ")[0] for line in lines[1:]} if lines[:1] == [head] else set()
    if not done:
        file.write_text(f"{head}\n", encoding="utf-8")
    for dimension, extended in cases():
        title = name(dimension, extended=extended)
        if title not in done:
            yield title, dimension, extended


def main(file: str, minutes: str = str(MINUTES)) -> None:
    """Run what is left, and write down what there was."""
    head = f"# make enumerate: every plan of three crashes, each dimension by itself; seconds are the processor's; code {code()}"
    ends, path, waiting = monotonic() + 60 * float(minutes), Path(file), []
    for title, dimension, extended in left(path, head):
        if monotonic() > ends:
            waiting.append(title)
            continue
        said = row(dimension, extended=extended)
        with path.open("a", encoding="utf-8") as written:
            written.write(f"{said}\n")
        print(said, flush=True)
    if waiting:
        print(
            f"{len(waiting)} are left after {minutes} minutes: {', '.join(waiting)}. Run it again, and it goes on from here."
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
