"""One story, one strategy, one run: what became of it, and a table of all strategies in one run each.

`run` lets a strategy of `strategies.STRATEGIES` post a story on a phone of its own. `table` does that for each, with a person who leaves
soon after the tap and is back after an hour. It is a table of the model's rules and of its chosen numbers, and no measurement: it says which
way does what by the rules, and nothing about times or shares on real phones.

Not modelled: everything that the strategies and the phone leave out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from afterswipe import SECOND, Application, NotKnownError, Phone, UsageError, duration
from afterswipe.claims.rules import Rules
from afterswipe.kernel.clock import Due
from afterswipe.kernel.loop import abandoned
from afterswipe.seen.gaps import by_reason, covered, judge

from .apps import HOST, Story
from .server import StoryServer
from .strategies import STRATEGIES, Strategy


@dataclass(frozen=True)
class Outcome:
    """What became of one story. `seconds` is from the tap until the server had all of it, or None.

    `misled` is for how many seconds the card was wrong, by reason, and `misled_seconds` in all. `saw` is what was on the Lock Screen last,
    before the person's last visit. `not_known` says where the run stopped because nobody has published what follows.
    """

    strategy: str
    ios: str
    seconds: float | None
    misled: dict[str, float] = field(default_factory=dict)
    misled_seconds: float = 0
    saw: str = ""
    not_known: str = ""

    @property
    def delivered(self) -> bool:
        """Whether all bytes reached the server."""
        return self.seconds is not None


def run(
    strategy: Strategy,
    story: Story,
    away: Callable[[Phone], None],
    *,
    ios: str | None = None,
    seed: int = 1,
    prepare: Callable[[Phone, StoryServer], None] = lambda _phone, _server: None,
    claims: Mapping[str, float] | None = None,
    to_the_end: bool = True,
    kept: bool = True,
) -> Outcome:
    """Let a person post a story, do what `away` does, open the app again, and stay for claim model.person-stays.

    The last is left out unless `to_the_end`, where nothing more can come of it. `claims` are other numbers for the phone. `prepare` is called before the app is opened, with the story's server. Without `ios` it is the oldest version that the strategy needs; an older one raises
    UnavailableError. `kept` says that somebody may still look at the phone afterwards.
    """
    unfinished = len(abandoned)
    phone = Phone(ios=ios or strategy.needs, seed=seed, claims=claims)
    server = StoryServer(phone, HOST, story.size, resumable=strategy.resumable)
    prepare(phone, server)
    _lies_idle_when_locked(phone)

    async def post(app: Application) -> None:
        await strategy.app(app, story)
        server.given_up = strategy.once

    not_known = saw = ""
    try:
        phone.open(post)
        strategy.begin(phone, story)
        if strategy.pushes:
            server.push()
        away(phone)
        saw = _on_the_lock_screen(phone)
        if to_the_end or not server.settled():
            phone.open()
            phone.wait(seconds=phone.rules.milliseconds("model.person-stays") / SECOND)
    except NotKnownError as gap:
        not_known = str(gap)
    wrong = judge(phone.record, phone.clock.now, phone.rules.number("model.card-tolerance")).gaps
    outcome = Outcome(
        strategy.name,
        str(phone.rules.ios),
        None if server.done_at is None else server.done_at / SECOND,
        {reason: length / SECOND for reason, length in by_reason(wrong).items()} if wrong else {},
        covered(wrong) / SECOND,
        saw,
        not_known,
    )
    if not kept and len(abandoned) == unfinished:
        _take_apart(phone)
    return outcome


def _take_apart(phone: Phone) -> None:
    """Free a phone that nobody looks at any more. Its parts know each other: of thousands the garbage collector would have to find it out."""
    host = phone.host
    for part in (host.process, phone.app, phone.network, phone.clock, phone.conditions, host, phone):
        if part is not None:
            vars(part).clear()


def _on_the_lock_screen(phone: Phone) -> str:
    cards, now = [card for card in phone.cards if card.on_screen], phone.clock.now
    says = [card.says(now) + ", out of date" * card.out_of_date for card in cards]
    return "; ".join(says) or "no card"


def _lies_idle_when_locked(phone: Phone) -> None:
    """Some time after its person has locked it, nobody uses the phone (claim model.phone-idle-after)."""
    planned: list[Due] = []

    def idle() -> None:
        phone.conditions.idle = True

    def changed(name: str) -> None:
        if name == "locked":
            while planned:
                planned.pop().cancel()
            if phone.conditions.locked:
                delay = phone.rules.milliseconds("model.phone-idle-after")
                planned.append(phone.clock.after(delay, idle))

    phone.conditions.watch(changed)


# One run each.


def table(strategies: Sequence[Strategy] = STRATEGIES, story: Story | None = None, *, seed: int = 1) -> str:
    """Each strategy in one run, as text: those that deliver first, by whole seconds, then by how long their card misled.

    The person leaves after claim model.comparison-leaves-after, locks the phone, and is back after claim
    model.comparison-back-after. Raises UsageError without a strategy.
    """
    outcomes = sorted(
        (leave_for_an_hour(strategy, story, seed=seed) for strategy in some(strategies)),
        key=lambda outcome: (
            not outcome.delivered,
            round(outcome.seconds or 0),
            outcome.misled_seconds,
            outcome.strategy,
        ),
    )
    rows = [
        (
            outcome.strategy,
            outcome.ios,
            time_of(outcome.seconds),
            _misled(outcome),
            outcome.not_known or outcome.saw,
        )
        for outcome in outcomes
    ]
    return aligned([("strategy", "from iOS", "at the server", "card misled", "the card says at last"), *rows])


def leave_for_an_hour(
    strategy: Strategy, story: Story | None = None, *, ios: str | None = None, seed: int = 1
) -> Outcome:
    """One run of the table."""
    rules = Rules(ios or strategy.needs)

    def away(phone: Phone) -> None:
        stays = phone.rules.milliseconds("model.comparison-leaves-after")
        phone.wait(seconds=stays / SECOND)
        phone.swipe_up()
        phone.lock()
        phone.wait(seconds=(phone.rules.milliseconds("model.comparison-back-after") - stays) / SECOND)

    return run(strategy, story or Story.usual(rules), away, ios=ios, seed=seed)


# Words.


def some(strategies: Sequence[Strategy]) -> Sequence[Strategy]:
    """The strategies; raises UsageError where there are none."""
    if not strategies:
        raise UsageError("There is nothing to compare. Give at least one strategy, or STRATEGIES for all.")
    return strategies


def time_of(seconds: float | None) -> str:
    """A time in words, or `never`."""
    return "never" if seconds is None else duration(round(seconds * SECOND))


def _misled(outcome: Outcome) -> str:
    why = ", ".join(
        f"{duration(round(seconds * SECOND))} ({reason})" for reason, seconds in outcome.misled.items()
    )
    return why or "no"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of words as text, in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
