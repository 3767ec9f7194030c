"""The rules of one run: what holds on its iOS version, and what the run rests on.

Every number of the model is the value of a claim; none stands in the code. One that nobody documents is a
claim with evidence `assumed`, and is shown as such by `Phone.why`.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from afterswipe.errors import APIError, UnavailableError, UsageError, must, must_be_one_of

from .catalogue import Rule, Value, rule, rules

_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
SIDES = ("document", "report")
"""Whom a phone follows where a document and a report disagree. The document is the default."""


class Version(tuple[int, ...]):
    """An iOS version, such as `Version("16.1")`. Versions compare as numbers: 9 comes before 16.1."""

    def __new__(cls, text: str | float) -> "Version":
        """Read a version, a number such as 17 too; raises UsageError where the text is none."""
        parts = str(text).split(".")
        must(all(map(str.isdecimal, parts)), f"{text!r} is no iOS version. Write it like '18' or '16.1'.")
        numbers = [int(part) for part in parts]
        while len(numbers) > 1 and numbers[-1] == 0:
            numbers.pop()
        return super().__new__(cls, numbers)

    def __str__(self) -> str:
        return ".".join(map(str, self))


_LAST = "4.3 5.1 6.1 7.1 8.4 9.3 10.3 11.4 12.5 13.7 14.8 15.8 16.7 17.7 18.7 26.6 27.1"
"""Each iOS that there was, by its last minor version."""

_LAST_MINOR = {version[0]: version[1] for version in map(Version, _LAST.split())}
OLDEST, NEWEST = Version("4"), Version(_LAST.rsplit(maxsplit=1)[-1])


class Rules:
    """What holds for one iOS version, and the list of the claims that were asked for.

    `suppose` names beliefs that are wrong and are taken for true here: refuted claims, each of which
    displaces rules. `disputes` says for a claim which side to follow, "document" or "report". `claims` has
    other numbers, each in the unit of its claim. Raises UsageError for two beliefs that displace one rule.
    """

    def __init__(
        self,
        ios: str | float,
        *,
        suppose: Sequence[str] = (),
        disputes: Mapping[str, str] | None = None,
        claims: Mapping[str, float] | None = None,
    ) -> None:
        self.ios = Version(ios)
        major, minor = (*self.ios, 0)[:2]
        if (last := _LAST_MINOR.get(major)) is None:
            there = ", ".join(map(str, _LAST_MINOR))
            why = f"There is no iOS {self.ios} here. Choose a version from {OLDEST} to {NEWEST}: {there}."
            raise UsageError(why)
        must(minor <= last, f"There is no iOS {self.ios}: the last {major} here is {major}.{last}.")
        self.supposed, self._displaced = _supposed(suppose)
        self.used: dict[str, Rule] = {belief.id: belief for belief in self.supposed}
        """The claims that the run rests on so far, in order of first use, supposed beliefs first."""
        self._sides, self._numbers = dict(disputes or {}), dict(claims or {})
        _check(self._sides, self._numbers)
        # The same few claims are asked for all the time.
        self._found, self._times, self._holds = dict[str, float](), dict[str, int](), dict[str, bool]()

    def claim(self, claim_id: str) -> Rule:
        """The claim with this id, noted as used by this run, unless a supposed belief displaces it."""
        if (claim := self.used.get(claim_id)) is None:
            claim = rule(claim_id)
            if claim_id not in self._displaced:
                self.used[claim_id] = claim
        return claim

    def cite(self, *claim_ids: str) -> None:
        """Say that what follows rests on these claims: they stand in the run's `why`. It decides nothing."""
        for claim_id in claim_ids:
            if claim_id not in self.used:
                self.claim(claim_id)

    def holds(self, claim_id: str) -> bool:
        """Whether the phone follows this rule.

        The claim covers this iOS version, no supposed belief displaces it, and no dispute is against it.
        """
        if (held := self._holds.get(claim_id)) is None:
            claim = self.claim(claim_id)
            follows = not claim.side or self._sides.get(claim_id, SIDES[0]) == claim.side
            held = follows and claim_id not in self._displaced and covers(self.ios, claim.since, claim.until)
            self._holds[claim_id] = held
        return held

    def require(self, claim_id: str, what: str) -> None:
        """Raise UnavailableError where this iOS has no `what` yet, by the first version of the claim."""
        if not self.holds(claim_id):
            since = self.claim(claim_id).since.removesuffix(".0")
            why = f"iOS {self.ios} has no {what}. Choose iOS {since} or later: Phone(ios='{since}')."
            raise UnavailableError(why, claim_id)

    def obeyed(self, claim_id: str, obeyed: bool, message: str) -> None:
        """Raise APIError, and cite the rule, where the app breaks it."""
        if not obeyed:
            self.cite(claim_id)
            raise APIError(message, claim_id)

    def number(self, claim_id: str) -> float:
        """The value of a claim in the claim's own unit."""
        if (number := self._found.get(claim_id)) is None:
            number = self._found[claim_id] = self._numbers.get(claim_id, self._value(claim_id).quantity)
        return number

    def milliseconds(self, claim_id: str) -> int:
        """The value of a claim that is a time, in milliseconds."""
        if (time := self._times.get(claim_id)) is None:
            unit = self._value(claim_id).unit
            time = self._times[claim_id] = round(self.number(claim_id) * _MILLISECONDS[unit])
        return time

    def _value(self, claim_id: str) -> Value:
        value = self.claim(claim_id).value
        assert value is not None, f"Claim {claim_id} has no value. Give it a [value] table."
        return value


def beliefs() -> list[str]:
    """The ids of the beliefs that a phone can suppose: refuted claims that name the rules they displace."""
    return [claim.id for claim in rules().values() if claim.displaces]


def _supposed(names: Sequence[str]) -> tuple[tuple[Rule, ...], dict[str, str]]:
    """The beliefs, and for every rule that is displaced the belief that does it."""
    found, displaced = [], dict[str, str]()
    for name in [names] if isinstance(names, str) else names:
        must_be_one_of("belief to suppose:", name, beliefs())
        belief = rule(name)
        for other in belief.displaces:
            if displaced.setdefault(other, name) != name:
                why = f"{displaced[other]} and {name} both displace {other}."
                raise UsageError(f"{why} Suppose one of them, and take a second phone for the other.")
        found.append(belief)
    return tuple(found), displaced


def _check(disputes: Mapping[str, str], numbers: Mapping[str, float]) -> None:
    for claim_id, chosen in disputes.items():
        must_be_one_of("dispute", claim_id, [claim.id for claim in rules().values() if claim.side])
        must_be_one_of("side of a dispute", chosen, SIDES)
    for claim_id, number in numbers.items():
        must_be_one_of("claim with a number:", claim_id, _units())
        unit = _units()[claim_id]
        least = 0 if unit in _MILLISECONDS or unit == "share" else 0.1 if unit == "Mbit/s" else 1
        fits = type(number) in (int, float) and least <= number < float("inf")
        why = f"{claim_id}: {number!r} is no number for it. Give {least} or more, up to 1 where it is a share, in its unit ({unit})."
        must(fits and (unit != "share" or number <= 1), why)


@cache
def _units() -> dict[str, str]:
    return {claim.id: claim.value.unit for claim in rules().values() if claim.value}


@cache
def covers(ios: Version, since: str, until: str) -> bool:
    """Whether a version is in this range: until 12 means on 12.4 too; until 26.0, not on 26.1."""
    last = tuple(map(int, until.split("."))) if until else ()
    return (not since or Version(since) <= ios) and (*ios, *(0 for _ in last))[: len(last)] <= last
