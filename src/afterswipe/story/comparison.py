"""Strategies side by side in many seeded runs: success rates, times to done, and for how long cards misled.

`compare` is a Monte Carlo: each seed is one story, one person and one network, the same for every strategy. The distributions `Uploads`,
`People` and `Networks` are choices (claims `model.`, evidence `assumed`), and so the figures are no measurement. They say which way fails where
by the model's rules, and nothing about shares or times on real phones.

Not modelled: other apps, the system's own budgets, day and night, people who react to what a card says, networks that change their pace.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from afterswipe import HOUR, SECOND, Phone, UsageError, duration
from afterswipe.claims.rules import Rules
from afterswipe.units import percent

from .apps import Story
from .person import Person
from .posting import Outcome, aligned, run, some, time_of
from .server import StoryServer
from .strategies import STRATEGIES, Strategy


@dataclass(frozen=True)
class Uploads:
    """How large stories are: the middle one, up to `spread` times as much, or down to that part of it."""

    name: str = "stories"
    middle: str = "model.story-size"
    spread: str = "model.story-size-spread"

    def draw(self, rules: Rules, rng: random.Random) -> Story:
        """One story."""
        return Story(round(_around(rules, self.middle, self.spread, rng)))


@dataclass(frozen=True)
class People:
    """How people behave: they come and go by the script of `afterswipe.story.Person`, with its claims, for claim `lasts`."""

    name: str = "they come and go"
    lasts: str = "model.comparison-lasts"

    def behave(self, phone: Phone, seed: int, until: Callable[[], bool] = lambda: False) -> None:
        """Let one person use the phone, or less long where `until` says True before."""
        Person(seed).follow(phone, hours=phone.rules.milliseconds(self.lasts) / HOUR, until=until)


@dataclass(frozen=True)
class Networks:
    """How networks are: an uplink like the sizes of stories, and in some of them an outage."""

    name: str = "mobile networks"
    middle: str = "model.uplink-bandwidth"
    spread: str = "model.uplink-spread"
    outage_share: str = "model.outage-share"
    outage_begins: str = "model.outage-begins"
    outage_length: str = "model.outage-length"

    def set_up(self, phone: Phone, rng: random.Random) -> None:
        """Give the phone one network."""
        rules, network = phone.rules, phone.network
        network.uplink = _around(rules, self.middle, self.spread, rng)
        lost = rng.random() < rules.number(self.outage_share)
        begins = round(2 * rules.milliseconds(self.outage_begins) * rng.random())
        length = round(2 * rules.milliseconds(self.outage_length) * rng.random())
        if lost:
            phone.clock.after(begins, network.disconnect)
            phone.clock.after(begins + length, network.connect)


STORIES = Uploads()
THEY_COME_AND_GO = People()
MOBILE = Networks()
_GRAIN = "model.comparison-chunk"
_PATIENCE = "continued-processing.stall-threshold"
"""How long the system waits for a task's progress: half of it is the longest that a piece may take, with a little irregularity."""
SEEDS = range(100)
"""How many stories each strategy posts, unless the caller says otherwise."""


def _around(rules: Rules, middle: str, spread: str, rng: random.Random) -> float:
    """A number by lot: with even chances up to `spread` times the middle one, or down to that part of it."""
    factor = 1 + (rules.number(spread) - 1) * rng.random()
    return rules.number(middle) * (factor if rng.random() < 1 / 2 else 1 / factor)


@dataclass(frozen=True)
class Rates:
    """What became of many stories with one strategy. Times are in seconds; `misled_mean` is over the runs that are `known`.

    `known` counts the runs in which every step is published; the others are in no figure.
    """

    strategy: str
    ios: str
    runs: int
    known: int
    success: float
    median_seconds: float | None
    misled_mean: float
    misled_by_reason: dict[str, float]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Rates":
        """Count one strategy's outcomes."""
        known = [outcome for outcome in outcomes if not outcome.not_known]
        times = [outcome.seconds for outcome in known if outcome.seconds is not None]
        count = max(1, len(known))
        reasons = sorted({reason for outcome in known for reason in outcome.misled})
        return cls(
            outcomes[0].strategy,
            outcomes[0].ios,
            len(outcomes),
            len(known),
            len(times) / count,
            median(times) if times else None,
            sum(outcome.misled_seconds for outcome in known) / count,
            {reason: sum(outcome.misled.get(reason, 0.0) for outcome in known) / count for reason in reasons},
        )


@dataclass(frozen=True)
class Comparison:
    """The result of `compare`: `print` it, or read `rates`, best success first. `grain` is the size of the pieces, as a share of a story."""

    uploads: Uploads
    people: People
    networks: Networks
    rates: list[Rates]
    grain: float

    def __str__(self) -> str:
        rows = [
            (
                rates.strategy,
                rates.ios,
                f"{rates.success:.0%} of {rates.known}",
                time_of(rates.median_seconds),
                duration(round(rates.misled_mean * SECOND)),
            )
            for rates in self.rates
        ]
        head = ("strategy", "from iOS", "at the server", "median time", "card misled, mean")
        return f"{aligned([head, *rows])}\nBytes are counted in pieces of at most {percent(self.grain)} of a story."


def compare(
    strategies: Sequence[Strategy] = STRATEGIES,
    uploads: Uploads = STORIES,
    people: People = THEY_COME_AND_GO,
    networks: Networks = MOBILE,
    seeds: Iterable[int] = SEEDS,
    *,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Comparison:
    """Run every strategy with every seed, and count. The same seeds give the same figures.

    A seed is one story, one person and one network, the same for every strategy. A run is left when its story has arrived, or was given up, and no card
    is live any more: what comes out does not change after that. `progress` is called after each run with how many are done and
    how many there are. Bytes are counted in larger pieces than elsewhere (claim model.comparison-chunk), each as irregular as the small ones
    that it stands for. Raises UsageError without a strategy or a seed.
    """
    lots = list(seeds)
    if not lots:
        raise UsageError("There is nothing to run. Give at least one seed, for instance seeds=range(100).")
    total, done, rates = len(some(strategies)) * len(lots), 0, []
    for strategy in strategies:
        outcomes, rules = [], Rules(strategy.needs)
        ours = [type(people), type(networks)] == [People, Networks] and strategy in STRATEGIES
        for seed in lots:  # a program's own parts may keep a phone
            lot = _by_lot(strategy, uploads, people, networks, seed, rules=rules, kept=not ours)
            outcomes.append(lot)
            done += 1
            progress(done, total)
        rates.append(Rates.of(outcomes))
    rates.sort(key=lambda rate: (-rate.success, rate.median_seconds or 0, rate.misled_mean, rate.strategy))
    return Comparison(uploads, people, networks, rates, Rules(strategies[0].needs).number(_GRAIN))


def _by_lot(
    strategy: Strategy,
    uploads: Uploads,
    people: People,
    networks: Networks,
    seed: int,
    *,
    claims: Mapping[str, float] | None = None,
    rules: Rules | None = None,
    kept: bool = True,
) -> Outcome:
    """One run. `claims` has other numbers, as for a `Phone`; `rules` are those of a phone that went before."""
    rng = random.Random(f"story and network {seed}")  # not the stream that the person's script is drawn from
    rules = rules or Rules(strategy.needs, claims=claims)
    story = uploads.draw(rules, rng)
    fine, share = rules.number("model.upload-chunk"), rules.number(_GRAIN)
    if strategy.pushes:  # as much as its server tells the card at once
        share = min(share, rules.number("model.server-push-step"))

    servers: list[StoryServer] = []

    def prepare(phone: Phone, server: StoryServer) -> None:
        servers.append(server)
        phone.rules.cite(_GRAIN)
        networks.set_up(phone, rng)
        link = phone.network
        in_time = link.uplink * 1_000_000 / 8 * rules.milliseconds(_PATIENCE) / SECOND / 2
        link.even_for = fine
        link.piece = int(max(fine, min(story.size * share + 1, in_time)))  # a little more than that share

    def away(phone: Phone) -> None:
        people.behave(phone, seed, servers[0].settled)

    read: Any = rules  # a phone takes rules that were read in the place of a version; no word for programs
    return run(strategy, story, away, ios=read, seed=seed, prepare=prepare, to_the_end=False, kept=kept)
