"""What the person sees on the Lock Screen. It knows nothing of the app: only what the system was last told."""

from dataclasses import dataclass

from .activity_store import ActivityState, Card
from .units import clock_face
from .views import lock_screen_svg

STARTS_AT = 9 * 60 + 41
"""What the phone's clock shows when it is switched on, in minutes after midnight: 9:41, as in Apple's pictures."""

_WIDTH = 30


@dataclass(frozen=True)
class LockScreen:
    """The Lock Screen at `now` (milliseconds), with its cards. `print` it for text, `show` it for a picture."""

    now: int
    cards: list[Card]

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
            if card.state is ActivityState.STALE:
                lines.append("Out of date")
        inner = [f"│ {line:<{_WIDTH}} │" for line in lines]
        edge = "─" * (_WIDTH + 2)
        return "\n".join([f"╭{edge}╮", *inner, f"╰{edge}╯"])

    def _repr_svg_(self) -> str:
        return lock_screen_svg.draw(self.time, self.cards, self.now)
