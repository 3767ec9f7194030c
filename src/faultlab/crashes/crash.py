"""Every crash at every point, once, twice and more, by looking instead of by killing.

A program that is killed leaves what is on the disk, and nothing else. So one uninterrupted run shows what a crash would
leave at each of its points: take the disk as it is there. Recovery is the same program, started from what was left. And
because a run is deterministic, the same disk has the same future: each different disk needs one run, however many ways
lead to it. That is why all pairs of crashes, and even any number of them, take a second.

A program is `Callable[[SimDisk], Iterable[str]]`: it runs to its end and returns what it noticed to be wrong by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from faultlab.disks.sim_disk import NOTHING, Crash, Durable, SimDisk

type Program = Callable[[SimDisk], Iterable[str]]
type Look = Callable[[Durable], Iterable[str]]
"""What is wrong with a disk as a crash left it."""

KILL = (Crash.KILL,)
POWER = (Crash.POWER, Crash.POWER_NAMES, Crash.POWER_LENGTHS)
EVERY = (*KILL, *POWER)


@dataclass(frozen=True)
class Step:
    """One crash: how, at which point of its run (from 1), before which effect."""

    crash: Crash
    number: int
    point: str
    detail: str

    def __str__(self) -> str:
        return f"{self.crash} at point {self.number}, before {self.point} {self.detail}".rstrip()


@dataclass(frozen=True)
class Found:
    """A plan of crashes that ends wrong, and what is wrong. The first one found has the fewest crashes."""

    plan: tuple[Step, ...]
    problem: str

    def __str__(self) -> str:
        return "; then ".join(map(str, self.plan or ("no crash at all",))) + f": {self.problem}"


@dataclass
class Enumeration:
    """What was looked at, and what was found."""

    points: list[tuple[str, str]] = field(default_factory=list)
    """The points of the uninterrupted run: name and what it is about."""
    end: Durable = NOTHING
    """What the uninterrupted run leaves."""
    plans: list[int] = field(default_factory=list)
    """How many plans of one crash, of two crashes and so on were decided."""
    disks: int = 0
    """How many different disks those plans leave. Each was run from once."""
    complete: bool = False
    """Whether no further crash leads to a disk that was not looked at: then it holds for any number of crashes."""
    found: list[Found] = field(default_factory=list)

    def __str__(self) -> str:
        ways = [f"{ways:,} ways to crash {_times(number)}" for number, ways in enumerate(self.plans, 1)]
        tried = "any number of crashes" if self.complete else " and ".join(ways) or "no crash"
        count = len(self.found)
        verdict = f"{count} problem{'s' if count > 1 else ''}" if count else "all end right"
        return f"{len(self.points)} points; {tried}; {self.disks:,} different disks: {verdict}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


@dataclass
class Run:
    """One run from one disk: its points, what each crash at each point leaves, how it ended, and what was wrong."""

    points: list[tuple[str, str]]
    left: list[tuple[int, Crash, Durable]]
    end: Durable
    problems: list[str]


def look(program: Program, start: Durable = NOTHING, kinds: Sequence[Crash] = EVERY) -> Run:
    """Run a program to its end from a disk, and note at each point what each kind of crash would leave."""
    points: list[tuple[str, str]] = []
    left: list[tuple[int, Crash, Durable]] = []

    def watch(point: str, detail: str) -> None:
        points.append((point, detail))
        left.extend((len(points), crash, disk.after(crash)) for crash in kinds)

    disk = SimDisk(start, watch=watch)
    try:
        problems = list(program(disk))
    except Exception as failure:  # noqa: BLE001  # whatever ends the program ends it wrong
        problems = [f"the run ends with {type(failure).__name__}: {failure}"]
    watch("nothing more", "")
    return Run(points, left, disk.after(Crash.KILL), problems)


def kept(disk: Durable) -> object:
    """What of a disk has to be equal at the end: all but the partial files, which may come and go, below `parts/`."""
    return {name: data for name, data in disk.files.items() if not name.startswith("parts/")}, disk.rows


def enumerate_crashes(
    programs: Program | Sequence[Program],
    *,
    crashes: int | None = 2,
    kinds: Sequence[Crash] = EVERY,
    start: Durable = NOTHING,
    look_at: Look = lambda _disk: (),
    same: Callable[[Durable], object] = kept,
    stop_after: int = 1,
    states_max: int = 20_000,
) -> Enumeration:
    """Try every plan of up to `crashes` crashes (None: any number) of these kinds, and compare its end with an uninterrupted run's.

    With several programs, the second is what runs after the first crash, and so on: that is how a server changes in
    between. `look_at` judges each disk that a crash leaves, `same` says what of two ends has to be equal. It stops after
    `stop_after` findings. Raises AssertionError where the disks never repeat (`states_max`).
    """
    several = [programs] if callable(programs) else list(programs)
    reference = look(several[-1], start, kinds)
    result = Enumeration(points=reference.points, end=reference.end)
    search = _Search(several, kinds, look_at, same, result, expected=same(reference.end))
    frontier = Counter([search.see((start, 0), ())])
    depth = 0
    while True:
        fresh = [place for place in frontier if place not in search.following]
        if crashes is None and not fresh:
            result.complete = True
            break
        for place in fresh:
            search.expand(place)
            if len(result.found) >= stop_after:
                break
        if len(result.found) >= stop_after or depth == crashes:
            break
        if len(search.following) > states_max:
            raise AssertionError(
                f"more than {states_max} different disks, after {depth} crashes: something on them never repeats"
            )
        reached: Counter[_Place] = Counter()
        for place, ways in frontier.items():
            for following, edges in search.following[place].items():
                reached[following] += ways * edges
        frontier, depth = reached, depth + 1
        result.plans.append(sum(reached.values()))
    return result


type _Place = tuple[Durable, int]
"""A disk, and which of the programs runs from it: what decides all that follows."""


@dataclass
class _Search:
    """What is known so far: every disk that was seen, by which plan it is first reached, and what follows from it."""

    programs: list[Program]
    kinds: Sequence[Crash]
    look_at: Look
    same: Callable[[Durable], object]
    result: Enumeration
    expected: object
    seen: dict[_Place, tuple[Step, ...]] = field(default_factory=dict)
    following: dict[_Place, Counter[_Place]] = field(default_factory=dict)

    def see(self, place: _Place, plan: tuple[Step, ...]) -> _Place:
        """Note a disk, and judge it when it is a new one."""
        if place not in self.seen:
            self.seen[place] = plan
            self._report(plan, self.look_at(place[0]))
        return place

    def expand(self, place: _Place) -> None:
        """Run from a disk to the end, judge the end, and note every disk that a crash on the way leaves."""
        disk, turn = place
        last, plan = len(self.programs) - 1, self.seen[place]
        run = look(self.programs[turn], disk, self.kinds)
        self.result.disks += 1
        problems = run.problems
        if not problems and turn == last and self.same(run.end) != self.expected:
            problems = ["S12: the end differs from that of an uninterrupted run"]
        self._report(plan, problems)
        places: dict[int, _Place] = {}  # most points leave the very disk that the point before left
        following: Counter[_Place] = Counter()
        for number, crash, left in run.left:
            if id(left) not in places:
                step = Step(crash, number, *run.points[number - 1])
                places[id(left)] = self.see((left, min(turn + 1, last)), (*plan, step))
            following[places[id(left)]] += 1
        self.following[place] = following

    def _report(self, plan: tuple[Step, ...], problems: Iterable[str]) -> None:
        self.result.found.extend(Found(plan, problem) for problem in problems)
