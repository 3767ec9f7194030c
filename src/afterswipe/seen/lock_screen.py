"""What the person sees on the Lock Screen. It knows nothing of the app: only what the system was told."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width, normalize

from afterswipe.claims.rules import Rules
from afterswipe.frameworks.activitykit.card import APP, LIVE, Card
from afterswipe.units import HOUR, MINUTE

from .svg import CARD, INK, LINE, MUTED, PAPER, RUN, SYSTEM, Drawing, marked_svg, marked_text

STARTS_AT = 9 * HOUR + 41 * MINUTE
"""What the clock shows at the start, in milliseconds after midnight: 9:41, as in Apple's pictures."""

_WIDTH = 30
_FILLS = "\ue000"  # stands for a wide letter's second column
_PIXELS, _CARD = 264, 74


@dataclass(frozen=True)
class LockScreen:
    """The Lock Screen at `now` (milliseconds), with its cards. `print` it, or `show` it as a picture."""

    now: int
    cards: list[Card]
    supposed: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """The time of day that it shows."""
        hour, rest = divmod((STARTS_AT + self.now) % (24 * HOUR), HOUR)
        return f"{hour}:{rest // MINUTE:02d}"

    def __str__(self) -> str:
        lines = [self.time.center(_WIDTH)]
        for card in self.cards:
            lines += [" " * _WIDTH, *cells(card.title, _WIDTH)]
            if (progress := card.progress(self.now)) is not None:
                lines.append(bar(progress, _WIDTH))
            lines += cells(card.says(self.now), _WIDTH)
            if card.out_of_date:
                lines += cells("Out of date", _WIDTH)
        inner = [f"│ {line} │" for line in lines]
        edge = "─" * (_WIDTH + 2)
        return marked_text("\n".join([f"╭{edge}╮", *inner, f"╰{edge}╯"]), self.supposed)

    def _repr_svg_(self) -> str:
        return marked_svg(_drawn(self.time, self.cards, self.now), self.supposed)


def cells(text: str, width: int) -> list[str]:
    """Lines of exactly so many columns; letters of East Asia and pictures take two."""
    wide = [c + _FILLS * (east_asian_width(c) in "WF") for c in normalize("NFC", text)]
    return [f"{line:<{width}}".replace(_FILLS, "") for line in textwrap.wrap("".join(wide), width)]


def bar(share: float, width: int) -> str:
    """A bar of so many letters, filled for a share of 0.0 to 1.0."""
    filled = int(share * width)
    return "━" * filled + "┄" * (width - filled)


def island(cards: Iterable[Card], rules: Rules, *, app_in_front: bool) -> list[Card]:
    """The cards in the Dynamic Island: at most two live ones, most relevant first, not of an app in front."""
    hidden = app_in_front and rules.holds("live-activity.hidden-for-the-foreground-app")
    ended_too = not rules.holds("live-activity.leaves-the-island-at-its-end")
    there = [card for card in cards if card.state in LIVE or (ended_too and card.on_screen)]
    shown = [card for card in there if not (hidden and card.kind == APP)]
    differ = len({card.content.relevance_score for card in shown}) > 1
    if differ and rules.holds("live-activity.relevance-score"):
        shown.sort(key=lambda card: -card.content.relevance_score)
    return shown[: int(rules.number("live-activity.island-shows-two"))]


def _drawn(time: str, cards: list[Card], now: int) -> str:
    drawing = Drawing()
    height = 118 + (_CARD + 10) * max(len(cards), 1)
    parts = [
        f'<rect x="0.5" y="0.5" width="{_PIXELS - 1}" height="{height - 1}" rx="34" fill="{PAPER}" stroke="{LINE}"/>',
        f'<rect x="{_PIXELS / 2 - 42:g}" y="14" width="84" height="24" rx="12" fill="var(--as-island, #000000)" stroke="{LINE}"/>',
        f'<text x="{_PIXELS / 2:g}" y="92" text-anchor="middle" font-size="46" font-weight="600" fill="{INK}">{time}</text>',
    ]
    parts += [_card(card, now, 108 + index * (_CARD + 10)) for index, card in enumerate(cards)]
    middle = f'<g transform="translate({-_PIXELS / 2:g} 0)">{"".join(parts)}</g>'
    drawing.raw(f'<svg x="50%" overflow="visible">{middle}</svg>')
    words = "; ".join(f"{card.title}: {card.says(now) or card.state.value}" for card in cards) or "no card"
    return drawing.finish(height, f"Lock Screen at {time}", words)


def _card(card: Card, now: int, y: int) -> str:
    edge = f'stroke="{SYSTEM if card.kind == "system" else LINE}"'
    if card.out_of_date and card.kind == APP:
        edge = f'stroke="{MUTED}" stroke-dasharray="4 3"'
    note = "out of date" if card.out_of_date else card.says(now)
    progress = card.progress(now)
    parts = [
        f'<rect x="14" y="{y}" width="{_PIXELS - 28}" height="{_CARD}" rx="20" fill="{CARD}" {edge}/>',
        f'<text x="32" y="{y + 31}" font-weight="600" fill="{INK}">{escape(_short(card.title, note, progress))}</text>',
    ]
    if progress is not None:
        wide = _PIXELS - 64
        bar = RUN if card.kind == "app" else SYSTEM
        parts += [
            f'<text x="{_PIXELS - 32}" y="{y + 31}" text-anchor="end" fill="{MUTED}">{escape(note)}</text>',
            f'<rect x="32" y="{y + 46}" width="{wide}" height="8" rx="4" fill="{LINE}"/>',
            f'<rect x="32" y="{y + 46}" width="{max(8, wide * progress):g}" height="8" rx="4" fill="{bar}"/>',
        ]
    else:
        parts.append(f'<text x="32" y="{y + 54}" fill="{MUTED}">{escape(note)}</text>')
    return "".join(parts)


def _short(title: str, note: str, progress: float | None) -> str:
    """The title as far as there is room for it beside the note."""
    room = max(8, int((_PIXELS - 64) / 8) - (0 if progress is None else len(note) + 2))
    return title if len(title) <= room else title[: room - 1].rstrip() + "…"
