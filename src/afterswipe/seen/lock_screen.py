"""What the person sees on the Lock Screen. It knows nothing of the app: only what the system was last told."""

from collections.abc import Iterable
from dataclasses import dataclass

from afterswipe.claims.rules import Rules
from afterswipe.frameworks.activitykit.card import APP, LIVE, Card
from afterswipe.units import clock_face

from . import lock_screen_svg, supposed

STARTS_AT = 9 * 60 + 41
"""What the phone's clock shows when it is switched on, in minutes after midnight: 9:41, as in Apple's pictures."""

_WIDTH = 30


@dataclass(frozen=True)
class LockScreen:
    """The Lock Screen at `now` (milliseconds), with its cards. `print` it for text, `show` it for a picture."""

    now: int
    cards: list[Card]
    supposed: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """The time of day that it shows."""
        return clock_face(self.now, STARTS_AT)

    def __str__(self) -> str:
        lines = [self.time.center(_WIDTH)]
        for card in self.cards:
            lines += ["", card.title]
            progress = card.progress(self.now)
            if progress is not None:
                filled = int(progress * _WIDTH)
                lines.append("━" * filled + "┄" * (_WIDTH - filled))
            if card.says(self.now):
                lines.append(card.says(self.now))
            if card.out_of_date:
                lines.append("Out of date")
        inner = [f"│ {line:<{_WIDTH}} │" for line in lines]
        edge = "─" * (_WIDTH + 2)
        return supposed.text("\n".join([f"╭{edge}╮", *inner, f"╰{edge}╯"]), self.supposed)

    def _repr_svg_(self) -> str:
        return supposed.svg(lock_screen_svg.draw(self.time, self.cards, self.now), self.supposed)


def island(cards: Iterable[Card], rules: Rules, *, app_in_front: bool) -> list[Card]:
    """The cards in the Dynamic Island: live ones, at most two, the most relevant first, and none of the app that is in front."""
    hidden = app_in_front and rules.holds("live-activity.hidden-for-the-foreground-app")
    ended_too = not rules.holds("live-activity.leaves-the-island-at-its-end")
    shown = [
        card
        for card in cards
        if (card.state in LIVE or (ended_too and card.on_screen)) and not (hidden and card.kind == APP)
    ]
    if len({card.relevance_score for card in shown}) > 1 and rules.holds("live-activity.relevance-score"):
        shown.sort(key=lambda card: -card.relevance_score)
    return shown[: int(rules.number("live-activity.island-shows-two"))]
