"""How long the comparison of strategies takes: the table of one run each, and a thousand seeded uploads.

    PYTHONPATH=src python bench/strategies.py [uploads]

Prints the median of several rounds, in processor time, and the same for each strategy alone.
"""

import sys
from collections.abc import Callable
from statistics import median

from cpu import seconds

from afterswipe.story import STRATEGIES, compare, table

ROUNDS = 3


def timed(action: Callable[[], object]) -> float:
    """Seconds of processor time that an action takes, the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        begun = seconds()
        action()
        found.append(seconds() - begun)
    return median(found)


def main(uploads: int = 1_000) -> None:
    """Print the figures."""
    each = round(uploads / len(STRATEGIES))
    compare(seeds=range(1))
    print(f"Python {sys.version.split()[0]} on {sys.platform}, {ROUNDS} rounds")
    print(f"the table of {len(STRATEGIES)} strategies: {timed(table) * 1000:.0f} ms")
    whole = timed(lambda: compare(seeds=range(each)))
    print(f"{each * len(STRATEGIES)} seeded uploads, {each} for each strategy: {whole:.2f} s")
    for strategy in STRATEGIES:
        alone = timed(lambda strategy=strategy: compare([strategy], seeds=range(each)))
        print(f"  {strategy.name}: {alone / each * 1000:.2f} ms an upload")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
