"""The card images for link previews: 1200 x 630 pixels for each claim and each page, drawn without a browser.

A card is planned first (`plan`: which text stands where, in which size) and drawn from the plan, so that a test can
measure what a reader would see. The same card gives the same bytes: no clock, no chance, and text without the optional
shaping library, which is not on every machine. Cards are kept by a hash of all that goes into them.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import PIL
from PIL import Image, ImageColor, ImageDraw, features

from afterswipe.claims.sources import Claim
from guide.claims.said import said
from guide.errors import BuildError

from . import text as card_text
from .text import LINE, Fonts, fit

SIZE = 1200, 630
"""Width and height in pixels, as previews expect them."""

SITE = "After the Swipe"
MARGIN = 72
WIDTH = SIZE[0] - 2 * MARGIN

INK, MUTED, PAPER, RULE = "#1b1f27", "#5c6472", "#ffffff", "#dde1e8"
RUN, DERIVED, WRONG, DOUBT, PAST = "#14735a", "#5a4fcf", "#c22f1a", "#8a5200", "#4a5160"

_HEADER = 62, 132
_BODY_TOP, _BODY_END = 160, 500
_FOOT = 572
_STRIPE = 14

_SHADES = 6
"""The steps from a colour to its ground: enough for smooth edges, few enough for small files."""

_FULL, _HALF, _EMPTY = "full", "half", "empty"
_BADGES = {
    "normative": (_FULL, RUN),
    "vendor-statement": (_FULL, RUN),
    "measured": (_FULL, RUN),
    "reported": (_HALF, RUN),
    "inferred": (_EMPTY, DERIVED),
    "opinion": (_EMPTY, DERIVED),
    "assumed": (_EMPTY, DERIVED),
    "not-found": (_EMPTY, DERIVED),
}
"""Evidence -> the badge's shape and colour: full where a source says it, half for reports, empty where none does."""

_BANDS = {
    "refuted": ("Not so", WRONG),
    "retracted": ("Retracted", PAST),
    "superseded": ("Superseded", PAST),
    "disputed": ("Disputed", DOUBT),
    "unverified": ("Not verified", DOUBT),
}
_STRUCK = ("refuted", "retracted")


@dataclass(frozen=True)
class Block:
    """A text in the middle of a card. `height` is what it may take, in pixels."""

    text: str
    weight: int
    colour: str
    largest: int
    height: int
    struck: bool = False


@dataclass(frozen=True)
class Card:
    """What a card says. A card with a band has its loud word there; `badge` is a shape and a word, or empty."""

    blocks: tuple[Block, ...]
    shape: str = ""
    badge: str = ""
    tone: str = RUN
    band: str = ""
    right: str = ""
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One line of text on a card: left end of its baseline, in pixels, and how it looks."""

    x: float
    y: int
    text: str
    size: int
    weight: int
    colour: str
    ground: str = PAPER
    struck: bool = False


def write_cards(
    site: Path,
    cache: Path,
    claims: Iterable[Claim],
    pages: Mapping[str, tuple[str, str]],
    font_folder: Path,
) -> None:
    """Write site/cards/<id>.png and site/cards/<slug>.png.

    `pages` is slug -> (title, sentence), `cache` keeps the images between builds (what no card needs any more goes).
    Raises BuildError where a font is missing or a text cannot be shown.
    """
    cards = {claim.id: claim_card(claim) for claim in claims}
    cards |= {slug: page_card(title, sentence) for slug, (title, sentence) in pages.items()}
    drawn = draw(cache, cards, font_folder)
    (site / "cards").mkdir(parents=True, exist_ok=True)
    for name, kept in drawn.items():
        shutil.copyfile(kept, site / "cards" / f"{name}.png")
    for kept in set(cache.glob("*.png")).difference(drawn.values()):
        kept.unlink()


def draw(cache: Path, cards: Mapping[str, Card], font_folder: Path) -> dict[str, Path]:
    """Draw the cards that the cache does not have yet, and return where each is. Raises BuildError as `write_cards`."""
    fonts = Fonts(font_folder)
    cache.mkdir(parents=True, exist_ok=True)
    recipe = _recipe(fonts)
    drawn = {}
    for name, card in cards.items():
        content = json.dumps(asdict(card), sort_keys=True)
        kept = cache / f"{hashlib.sha256(f'{recipe}{content}'.encode()).hexdigest()[:32]}.png"
        if not kept.is_file():
            try:
                image = render(card, fonts)
            except BuildError as wrong:
                raise BuildError(f"The card of {name} cannot be drawn: {wrong}") from wrong
            unfinished = kept.with_suffix(".part")
            unfinished.write_bytes(image)
            unfinished.replace(kept)
        drawn[name] = kept
    return drawn


def claim_card(claim: Claim) -> Card:
    """The card of a claim. What is wrong is struck out below a loud band, with what is so instead where the note says it."""
    shape, tone = _BADGES[claim.evidence]
    word, band_tone = _BANDS.get(claim.status, ("", tone))
    if claim.kind == "gap" and not word:
        word, band_tone = "Nobody knows", DERIVED
    words = said(claim)
    sentence, answer = words.statement, words.answer_first
    if claim.status in _STRUCK:
        largest, height = (54, 146) if answer else (76, _BODY_END - _BODY_TOP)
        blocks = [Block(sentence, 600, MUTED, largest, height, struck=True)]
        blocks += [Block(answer, 700, INK, 54, 168)] if answer else []
    else:
        blocks = [Block(sentence, 700, INK, 80, _BODY_END - _BODY_TOP)]
    if claim.status == "refuted":
        # A badge would say how well known it is that the folklore goes around, and be read as support.
        return Card(tuple(blocks), band=word, tone=band_tone, right="refuted", name=claim.id)
    return Card(tuple(blocks), shape, words.badge, band_tone, word, "" if word else words.versions, claim.id)


def page_card(title: str, sentence: str) -> Card:
    """The card of a page: its title, and below it the sentence that describes it."""
    return Card((Block(title, 700, INK, 92, 250), Block(sentence, 400, MUTED, 44, 170)))


def plan(card: Card, fonts: Fonts) -> list[Line]:
    """All lines of a card, each in its place. Raises BuildError where a text does not fit."""
    lines = _header(card, fonts)
    top = _BODY_TOP if card.band or card.badge else _HEADER[0]
    placed = [(block, *_fitted(block, fonts)) for block in card.blocks if block.text]
    height = sum(round(size * LINE) * len(texts) for _, size, texts in placed) + 26 * (len(placed) - 1)
    top += max(0, (_BODY_END - top - height) // 2) if len(placed) == 1 else 0
    for block, size, texts in placed:
        for text in texts:
            baseline = top + round(size * 0.93)
            look = (size, block.weight, block.colour, PAPER, block.struck)
            lines.append(Line(MARGIN, baseline, text, *look))
            top += round(size * LINE)
        top += 26
    lines.append(Line(MARGIN + 50, _FOOT, SITE, 36, 600, INK))
    if card.name:
        lines.append(_right(Line(0, _FOOT, card.name, 24, 400, MUTED), WIDTH - 360, fonts))
    return lines


def _fitted(block: Block, fonts: Fonts) -> tuple[int, list[str]]:
    text = fonts.spell(block.text)
    return fit(text, fonts, weight=block.weight, largest=block.largest, width=WIDTH, height=block.height)


def _header(card: Card, fonts: Fonts) -> list[Line]:
    lines = []
    if card.band:
        lines.append(Line(MARGIN, 88, card.band, 68, 700, PAPER, card.tone))
        word = card.badge or card.right
        lines.append(_right(Line(0, 84, word, 38, 600, PAPER, card.tone), 400, fonts))
    elif card.badge:
        lines.append(Line(MARGIN + 76, 110, card.badge, 38, 600, card.tone))
        if card.right:
            taken = 140 + fonts.width(card.badge, 38, 600)
            lines.append(_right(Line(0, 109, card.right, 34, 400, MUTED), WIDTH - taken, fonts))
    return lines


def _right(line: Line, room: float, fonts: Fonts) -> Line:
    """The line moved to the right margin, and smaller where it would need more than its room."""
    text, size = fonts.spell(line.text), line.size
    while fonts.width(text, size, line.weight) > room and size > 16:
        size -= 1
    return replace(line, x=SIZE[0] - MARGIN - fonts.width(text, size, line.weight), text=text, size=size)


def render(card: Card, fonts: Fonts) -> bytes:
    """The card as a PNG with a palette."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    lines = plan(card, fonts)
    if card.band:
        pen.rectangle((0, 0, SIZE[0], _HEADER[1]), fill=card.tone)
    _draw_badge(image, card, lines, fonts)
    _draw_brand(image, card)
    for line in lines:
        _draw_line(pen, line, fonts)
    pairs = {(line.colour, line.ground) for line in lines}
    pairs |= {(card.tone, PAPER), (PAPER, card.tone), (RUN, PAPER), (RULE, RULE), (WRONG, PAPER)}
    file = io.BytesIO()
    image.quantize(palette=_palette(pairs), dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()


def _draw_line(pen: ImageDraw.ImageDraw, line: Line, fonts: Fonts) -> None:
    x = line.x
    for subset, part in fonts.runs(line.text):
        face = fonts.face(subset, line.weight, line.size)
        pen.text((x, line.y), part, fill=line.colour, font=face, anchor="ls")
        x += face.getlength(part)
    if line.struck:
        y = line.y - round(line.size * 0.27)
        pen.rectangle((line.x - 6, y, x + 6, y + max(3, line.size // 16)), fill=WRONG)


def _draw_badge(image: Image.Image, card: Card, lines: Sequence[Line], fonts: Fonts) -> None:
    """The shape before the badge's word, and around both a pill where there is no band."""
    word = next((line for line in lines if card.badge and line.text == card.badge), None)
    if word is None:
        return
    left, middle = round(word.x), word.y - 13
    if not card.band:
        right = left + round(fonts.width(word.text, word.size, word.weight)) + 32
        _paint(image, (MARGIN, _HEADER[0], right, _HEADER[1]), card.tone, _pill)
    colour = PAPER if card.band else card.tone
    _paint(image, (left - 50, middle - 17, left - 16, middle + 17), colour, _SHAPES[card.shape])


def _draw_brand(image: Image.Image, card: Card) -> None:
    """A phone with a card on it, and along the lower edge the guide's picture: run time, then none."""
    _paint(image, (MARGIN, _FOOT - 40, MARGIN + 32, _FOOT + 10), INK, _phone)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, SIZE[1] - _STRIPE, SIZE[0], SIZE[1]), fill=RULE)
    pen.rectangle((0, SIZE[1] - _STRIPE, 300, SIZE[1]), fill=card.tone if card.band else RUN)


type _Brush = Callable[[ImageDraw.ImageDraw, int, int], None]
_FINE = 4


def _paint(image: Image.Image, box: tuple[int, int, int, int], colour: str, brush: _Brush) -> None:
    """Paint a shape with smooth edges: it is drawn larger and reduced."""
    width, height = (box[2] - box[0]) * _FINE, (box[3] - box[1]) * _FINE
    mask = Image.new("L", (width, height), 0)
    brush(ImageDraw.Draw(mask), width - 1, height - 1)
    image.paste(colour, box, mask.reduce(_FINE))


def _pill(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    pen.rounded_rectangle((0, 0, width, height), height // 2, outline=255, width=3 * _FINE)


def _phone(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    pen.rounded_rectangle((0, 0, width, height), 8 * _FINE, outline=255, width=4 * _FINE)
    pen.rounded_rectangle(
        (8 * _FINE, height // 2, width - 8 * _FINE, height - 9 * _FINE), 3 * _FINE, fill=255
    )


def _full(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    pen.ellipse((0, 0, width, height), fill=255)


def _half(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    pen.ellipse((0, 0, width, height), outline=255, width=4 * _FINE)
    pen.pieslice((0, 0, width, height), 90, 270, fill=255)


def _empty(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    for angle in range(0, 360, 45):
        pen.arc((0, 0, width, height), angle, angle + 29, fill=255, width=4 * _FINE)


_SHAPES: dict[str, _Brush] = {_FULL: _full, _HALF: _half, _EMPTY: _empty}


def _palette(pairs: Iterable[tuple[str, str]]) -> Image.Image:
    """A palette with the steps between each colour and its ground.

    A colour that is close to another makes Pillow take the wrong one of the two; pairs must lie far apart or be one.
    """
    colours = dict.fromkeys(
        tuple(
            round(below + (above - below) * step / (_SHADES - 1))
            for above, below in zip(ImageColor.getrgb(colour), ImageColor.getrgb(ground), strict=True)
        )
        for colour, ground in sorted(pairs)
        for step in range(_SHADES)
    )
    values = [value for colour in colours for value in colour]
    palette = Image.new("P", (1, 1))
    # All 256 places are filled, for what is left open would be black.
    palette.putpalette(values + values[:3] * (256 - len(colours)))
    return palette


def _recipe(fonts: Fonts) -> str:
    """What all cards are made with: the code, the fonts, the library."""
    made_with = hashlib.sha256()
    for file in (Path(__file__), Path(card_text.__file__), *fonts.files.values()):
        made_with.update(file.read_bytes())
    made_with.update(f"{PIL.__version__} {features.version('freetype2')} {features.version('zlib')}".encode())
    return made_with.hexdigest()
