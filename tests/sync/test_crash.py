"""Every crash at every point: the engine ends right, and with a bug planted in it, it does not.

A disk that was seen has been run, so all pairs of crashes take seconds, and any number of them a few more. See
`faultlab.crash` for how.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from faultlab.crashes import exhaustive, invariants
from faultlab.crashes.crash import KILL, look
from faultlab.crashes.dimensions import Dimension, enumerate_engine, small_truth
from faultlab.crashes.engine_program import EngineProgram
from faultlab.crashes.planted import PLANTED
from faultlab.disks.sim_disk import Gone, SimDisk
from faultlab.servers.server import FeedServer

FORMS = pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
ANY_NUMBER = [(Dimension.KILL, False), (Dimension.KILL, True)]
"""Where any number of crashes is decided. Not power losses: which bytes of a part are zeros, and which commits a disk still had to sync,
makes more disks than can be run in a test (a plain feed's took two minutes, and ended right)."""
PAIRS = [
    (dimension, extended)
    for dimension in Dimension
    for extended in (False, True)
    if (extended or dimension is not Dimension.ANOTHER_LOG)  # a plain feed cannot say that it is another one
    and dimension is not Dimension.POWER  # its plans are among those of BOTH
    and (dimension, extended) not in ANY_NUMBER
]
SEPARATE = (
    Dimension.NOTHING, Dimension.KILL, Dimension.POWER, Dimension.ONE_GROUP, Dimension.TWO_GROUPS, Dimension.REPEATED, Dimension.NO_RANGES, Dimension.CHANGED,
)  # fmt: skip
"""The dimensions in which a bug is looked for; the others are mixtures of these."""


@pytest.fixture(scope="module")
def sometimes():
    """What was seen in all enumerations of this module together."""
    return Counter()


@pytest.fixture(scope="module")
def runs():
    """The engine's runs that were seen, from all disks that look different: most dimensions begin in the same way."""
    return {}


@pytest.mark.parametrize(("dimension", "extended"), PAIRS)
def test_every_pair_of_crashes_ends_right(dimension, extended, sometimes, runs):
    result = enumerate_engine(dimension, extended=extended, sometimes=sometimes, runs=runs)
    assert result.found == [], "\n".join(map(str, result.found))
    print(result)


@pytest.mark.parametrize(("dimension", "extended"), ANY_NUMBER)
def test_any_number_of_crashes_ends_right(dimension, extended, sometimes, runs):
    result = enumerate_engine(dimension, extended=extended, crashes=None, sometimes=sometimes, runs=runs)
    assert result.found == [], "\n".join(map(str, result.found))
    assert result.complete


def test_the_hard_cases_were_seen(sometimes):
    """An enumeration that never meets a hard case says nothing about it."""
    assert {name for name, count in sometimes.items() if count} == {
        "a request for the rest of a file was answered with 206",
        "a request for the rest of a file was answered with 200",
        "a file without a row was adopted",
        "a file without a row was removed",
        "a part was there at the start",
        "there was nothing to get",
    }


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.id)
def test_a_planted_bug_is_found_in_the_dimensions_that_it_needs_and_in_no_other(bug, extended):
    runs = {}
    for dimension in SEPARATE:
        with bug.planted():
            result = enumerate_engine(dimension, extended=extended, crashes=1, engine=bug.engine, runs=runs)
        if dimension in bug.shows_in and extended in bug.forms:
            broken = {found.problem.split(":")[0] for found in result.found}
            assert broken & set(bug.breaks), f"in {dimension}: {broken or 'nothing is found'}"
        else:
            assert result.found == [], f"in {dimension}: {result.found[0]}"


def test_every_bug_shows_somewhere_and_none_by_itself():
    for bug in PLANTED:
        assert bug.shows_in & set(SEPARATE)
        assert bug.forms
        assert Dimension.NOTHING not in bug.shows_in


def test_every_invariant_is_looked_at():
    functions = {int(found[1]) for name in dir(invariants) if (found := re.match(r"s(\d+)_", name))}
    assert functions | {12} == set(range(1, 14))  # S12 is the enumeration itself


@FORMS
def test_looking_at_the_engine_is_the_same_as_killing_it(extended):
    """Nothing that runs while the process dies (a `finally`, a handler) changes what is on the disk."""
    program = EngineProgram(FeedServer(small_truth(), extended, page=3))
    run = look(program, kinds=KILL)
    for number, crash, left in run.left[:-1]:
        reached = 0

        def watch(_point, _detail, number=number):
            nonlocal reached
            reached += 1
            if reached == number:
                disk.die()  # noqa: B023 - it is called within this turn of the loop

        disk = SimDisk(watch=watch)
        with pytest.raises((Gone, BaseExceptionGroup)):
            program(disk)
        assert disk.after(crash) == left, run.points[number - 1]


@FORMS
def test_two_enumerations_are_the_same(extended):
    first, second = (enumerate_engine(Dimension.KILL, extended=extended, crashes=1) for _ in range(2))
    assert (first.points, first.end, first.plans) == (second.points, second.end, second.plans)


def test_the_file_of_the_whole_enumeration_is_of_this_code():
    head, *rows = (Path(__file__).parents[2] / "bench" / "enumeration.txt").read_text().splitlines()
    assert head.endswith(f"code {exhaustive.code()}"), "Make it anew: `make enumerate`, and commit the file."
    named = {row.partition(":")[0] for row in rows if ": all end right;" in row}
    assert {
        exhaustive.name(dimension, extended=extended) for dimension, extended in exhaustive.cases()
    } <= named
