"""Several faults at once, drawn from a seed: whatever was mixed, an honest server afterwards leads to the right end.

A failure names its seed: `pytest "tests/sync/test_fault_mixtures.py::test_…[extended-41]"` runs it again.
"""

import random
from dataclasses import replace

import pytest

from faultlab.servers.faulty import INJECTIONS, Fault, When
from faultlab.servers.server import SOUND

from .rig import LIMITS, Rig, small_truth

SEEDS = 25
SMALL = replace(LIMITS, file_bytes=40_000, page_bytes=200_000, events=1_000, total_seconds=3600)

TOO_LARGE = {"F39"}
"""Slow to make, and tested by itself."""
NOTHING_TELLS_A_PLAIN_FEED = {"F12", "F16", "F29", "F31", "F35", "F38"}
"""What only sizes, digests, numbers or identities can show; the page of the faults says so."""


def drawn(rng: random.Random, extended: bool) -> list[Fault]:
    """Up to four faults, each at one of the first requests of its kind."""
    possible = sorted(set(INJECTIONS) - TOO_LARGE - (set() if extended else NOTHING_TELLS_A_PLAIN_FEED))
    faults = []
    for name in rng.sample(possible, rng.randint(1, 4)):
        how = INJECTIONS[name]
        variants = [
            one for one in how.variants if extended or one != "restored"
        ]  # nothing tells a plain feed of it
        arg = rng.choice(variants) if variants else ""
        arg = str(rng.randrange(9_000)) if how.number else arg
        faults.append(Fault(name, rng.randint(1, 4), arg, When.FROM if rng.random() < 0.2 else When.ONCE))
    return faults


def something_happens(rig: Rig, rng: random.Random) -> None:
    """The server's people work on."""
    for _ in range(rng.randint(0, 3)):
        sounds = [content.id for content in rig.truth.contents.values() if content.media == SOUND]
        match rng.choice(["add", "rename", "replace", "delete"]):
            case "rename" if sounds:
                rig.truth.rename(rng.choice(sounds), f"title {rng.random()}")
            case "replace" if sounds:
                rig.truth.replace(rng.choice(sounds), rng.choice([None, 500, 20_000]))
            case "delete" if sounds:
                rig.truth.delete(rng.choice(sounds))
            case _:
                rig.truth.add(SOUND, "one more", rng.randint(0, 20_000))


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_whatever_was_mixed_the_end_is_right(tmp_path, extended, seed):
    rng = random.Random(seed)
    rig = Rig(tmp_path, small_truth(3), extended=extended, limits=SMALL, page=rng.choice([2, 100]))
    versions = set()
    for _ in range(3):
        faults = drawn(rng, extended)
        versions |= {content.file for content in rig.truth.contents.values()}
        report = rig.run(faults)
        versions |= {content.file for content in rig.truth.contents.values()}
        assert str(report)
        if (tmp_path / "sync.db").exists():
            assert {file for _, file in rig.held().values()} <= versions, f"a file that never was: {faults}"
        rig.wall += rng.choice([1, 60, 4_000])
        something_happens(rig, rng)
    rig.wall += 4_000
    reports = [rig.run() for _ in range(2)]
    assert reports[-1].finished, str(reports[-1])
    assert rig.in_sync()
