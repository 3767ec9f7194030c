"""The Lock Screen as a picture: the time, and the cards as the system draws them."""

from html import escape

from afterswipe.frameworks.activitykit.card import Card

from .svg import CARD, INK, LINE, MUTED, PAPER, RUN, SYSTEM, Drawing

_WIDTH, _CARD = 264, 74


def draw(time: str, cards: list[Card], now: int) -> str:
    """Draw a phone's upper part, 264 pixels wide, in the middle of its place."""
    drawing = Drawing()
    height = 118 + (_CARD + 10) * max(len(cards), 1)
    parts = [
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="34" fill="{PAPER}" stroke="{LINE}"/>',
        f'<rect x="{_WIDTH / 2 - 42:g}" y="14" width="84" height="24" rx="12" fill="var(--as-island, #000000)" stroke="{LINE}"/>',
        f'<text x="{_WIDTH / 2:g}" y="92" text-anchor="middle" font-size="46" font-weight="600" fill="{INK}">{time}</text>',
    ]
    for index, card in enumerate(cards):
        parts.append(_card(card, now, 108 + index * (_CARD + 10)))
    drawing.raw(
        f'<svg x="50%" overflow="visible"><g transform="translate({-_WIDTH / 2:g} 0)">{"".join(parts)}</g></svg>'
    )
    words = "; ".join(f"{card.title}: {card.says(now) or card.state.value}" for card in cards) or "no card"
    return drawing.finish(height, f"Lock Screen at {time}", words)


def _card(card: Card, now: int, y: int) -> str:
    edge = f'stroke="{MUTED}" stroke-dasharray="4 3"' if card.out_of_date else f'stroke="{LINE}"'
    if card.kind == "system":
        edge = f'stroke="{SYSTEM}"'
    note = "out of date" if card.out_of_date else card.says(now)
    progress = card.progress(now)
    parts = [
        f'<rect x="14" y="{y}" width="{_WIDTH - 28}" height="{_CARD}" rx="20" fill="{CARD}" {edge}/>',
        f'<text x="32" y="{y + 31}" font-weight="600" fill="{INK}">{escape(_short(card.title, note, progress))}</text>',
    ]
    if progress is not None:
        wide = _WIDTH - 64
        bar = RUN if card.kind == "app" else SYSTEM
        parts += [
            f'<text x="{_WIDTH - 32}" y="{y + 31}" text-anchor="end" fill="{MUTED}">{escape(note)}</text>',
            f'<rect x="32" y="{y + 46}" width="{wide}" height="8" rx="4" fill="{LINE}"/>',
            f'<rect x="32" y="{y + 46}" width="{max(8, wide * progress):g}" height="8" rx="4" fill="{bar}"/>',
        ]
    else:
        parts.append(f'<text x="32" y="{y + 54}" fill="{MUTED}">{escape(note)}</text>')
    return "".join(parts)


def _short(title: str, note: str, progress: float | None) -> str:
    """The title as far as there is room for it beside the note."""
    beside = 0 if progress is None else len(note) + 2
    room = max(8, int((_WIDTH - 64) / 8) - beside)
    return title if len(title) <= room else title[: room - 1].rstrip() + "…"
