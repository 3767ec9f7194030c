"""How long the comparison of strategies takes: the table of one run each, and a thousand seeded uploads; and what its grain changes.

    PYTHONPATH=src python bench/strategies.py [uploads]
    PYTHONPATH=src python bench/strategies.py grain [seeds]

Prints the median of several rounds, in processor time, and the same for each strategy alone. With `grain`: for each strategy the shares that
have arrived after 1, 5 and 60 minutes, by the comparison's pieces and by those of a single run. They may differ by a percentage point.
"""

import sys
from collections.abc import Callable
from statistics import median

from cpu import seconds

from afterswipe.story import STRATEGIES, compare, table
from afterswipe.story.comparison import MOBILE, STORIES, THEY_COME_AND_GO, _by_lot

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


def grain(seeds: int = 1_000) -> None:
    """Print the shares and by how much they differ."""
    for strategy in STRATEGIES:
        shares = []
        for pieces in ({}, {"model.comparison-chunk": 0}):
            lots = [
                _by_lot(strategy, STORIES, THEY_COME_AND_GO, MOBILE, seed, claims=pieces)
                for seed in range(seeds)
            ]
            times = [outcome.seconds for outcome in lots if outcome.seconds is not None]
            shares.append([sum(time <= minutes * 60 for time in times) / seeds for minutes in (1, 5, 60)])
        most = max(abs(one - other) for one, other in zip(*shares, strict=True))
        print(
            f"{strategy.name}: {shares[0]} by the comparison, {shares[1]} by a single run's pieces: {most:.1%}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["grain"]:
        grain(*map(int, sys.argv[2:]))
    else:
        main(*map(int, sys.argv[1:]))
