"""The numbers of the model. Every one is the value of a claim; none stands in the code.

A number that nobody documents is a claim with evidence `assumed`, and is shown as such by `Phone.why`.
"""

from functools import cache

from afterswipe import claims
from afterswipe.errors import ClaimError, UnavailableError, UsageError

_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


class Version(tuple[int, ...]):
    """An iOS version, such as `Version("16.1")`. Versions compare as numbers: 9 comes before 16.1."""

    def __new__(cls, text: str) -> "Version":
        """Read a version; raises UsageError where the text is none."""
        parts = text.split(".")
        if not all(part.isdecimal() for part in parts):
            raise UsageError(f"{text!r} is no iOS version. Write it like '18' or '16.1'.")
        numbers = [int(part) for part in parts]
        while len(numbers) > 1 and numbers[-1] == 0:
            numbers.pop()
        return super().__new__(cls, numbers)

    def __str__(self) -> str:
        return ".".join(map(str, self))


OLDEST, NEWEST = Version("4"), Version("27.1")


class Rules:
    """The claims' values for one iOS version, and the list of those that were asked for."""

    def __init__(self, ios: str) -> None:
        self.ios = Version(ios)
        if not OLDEST <= self.ios < Version("28"):
            raise UsageError(
                f"iOS {ios} is outside of what is modelled. Choose a version from {OLDEST} to {NEWEST}."
            )
        self.used: dict[str, claims.Claim] = {}
        # The same few claims are asked for all the time.
        self._holds: dict[str, bool] = {}
        self._covers: dict[str, bool] = {}
        self._numbers: dict[str, float] = {}
        self._times: dict[str, int] = {}

    def claim(self, claim_id: str) -> claims.Claim:
        """The claim with this id, noted as used by this run."""
        claim = self.used.get(claim_id)
        if claim is None:
            claim = self.used[claim_id] = claims.get(claim_id)
        return claim

    def cite(self, claim_id: str) -> None:
        """Say that what follows rests on this claim: it stands in the run's `why`. It decides nothing."""
        self.claim(claim_id)

    def number(self, claim_id: str) -> float:
        """The value of a claim in the claim's own unit; raises ClaimError where it has none."""
        number = self._numbers.get(claim_id)
        if number is None:
            number = self._numbers[claim_id] = self._value(claim_id).quantity
        return number

    def milliseconds(self, claim_id: str) -> int:
        """The value of a claim that is a time, in milliseconds."""
        time = self._times.get(claim_id)
        if time is not None:
            return time
        value = self._value(claim_id)
        if value.unit not in _MILLISECONDS:
            raise ClaimError(
                f"Claim {claim_id} has the unit {value.unit!r}, and a time is needed: {', '.join(_MILLISECONDS)}."
            )
        time = self._times[claim_id] = round(value.quantity * _MILLISECONDS[value.unit])
        return time

    def stand_in(self, claim_id: str, other: str) -> None:
        """From now on take the value of `claim_id` from the claim `other`, for a run that counts more coarsely, for instance."""
        self.used[claim_id] = self.claim(other)
        for known in (self._holds, self._covers, self._numbers, self._times):
            known.pop(claim_id, None)

    def holds(self, claim_id: str) -> bool:
        """Whether the phone follows this rule: the claim covers this iOS version, and it was not taken back.

        A rule that is in force on every system can be switched off for a "what if" run with `claims.override`.
        """
        held = self._holds.get(claim_id)
        if held is None:
            standing = self.claim(claim_id).status not in ("retracted", "refuted")
            held = self._holds[claim_id] = standing and self.has(claim_id)
        return held

    def require(self, claim_id: str, what: str) -> None:
        """Raise UnavailableError where this iOS version is older than `what`, which came with this claim's first version."""
        claim = self.claim(claim_id)
        if not self.has(claim_id):
            raise UnavailableError(
                f"iOS {self.ios} has no {what}. Choose iOS {claim.since} or later: Phone(ios='{claim.since}').",
                claim_id,
            )

    def _value(self, claim_id: str) -> claims.Value:
        value = self.claim(claim_id).value
        if value is None:
            raise ClaimError(
                f"Claim {claim_id} has no value, but the model takes a number from it. Give it a [value] table."
            )
        return value

    def has(self, claim_id: str) -> bool:
        """Whether this iOS version is inside the range of versions for which the claim holds."""
        covers = self._covers.get(claim_id)
        if covers is None:
            claim = self.claim(claim_id)
            covers = self._covers[claim_id] = _covers(self.ios, claim.since, claim.until)
        return covers


@cache
def _covers(ios: Version, since: str, until: str) -> bool:
    """Whether a version is in this range. A claim that holds until 12 holds on 12.4 too; until 26.0, not on 26.1."""
    last = tuple(map(int, until.split("."))) if until else ()
    mine = (*ios, *(0 for _ in last))
    return (not since or Version(since) <= ios) and mine[: len(last)] <= last
