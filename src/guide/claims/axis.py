"""For which versions of iOS a claim holds: in words, and as a bar on an axis from iOS 13 to iOS 27.

Apple's numbers jump from 18 to 26, so the axis has one column of equal width for each major version that exists;
inside a column a minor version moves the bar to the right. An open end is an arrow. A start that is not certain is
dashed: before the number where the claim may be older than its number ("≤"), after it where it may be younger ("≥").
"""

from afterswipe.claims.sources import Claim
from afterswipe.seen.svg import INK, LINE, MUTED, RUN, Drawing

COLUMNS = (13, 14, 15, 16, 17, 18, 26, 27)
"""The major versions on the axis."""

_MINORS = 9  # no iOS of these had more minor versions, so the last one stays inside its column
_LEFT, _RIGHT = 8.0, 96.0  # per cent: room for an arrow on both sides
_COLUMN = (_RIGHT - _LEFT) / len(COLUMNS)
_NOTE, _BAR, _HEIGHT, _LABEL = 13, 24, 10, 56  # pixels: label above, top and height of the bar, axis labels
_DASHED = 6.5  # per cent: how long the dashed part of an uncertain start is


def versions(claim: Claim) -> str:
    """The versions in words, such as "iOS 16.1 and later"; empty where a claim is not tied to a version."""
    since, until = _short(claim.since), _short(claim.until)
    if not since:
        return f"up to iOS {until}" if until else ""
    doubt = {"exact": "", "at-or-before": " (or from earlier on)", "unknown": " (start not certain)"}
    holds = f"iOS {since} to iOS {until}" if until else f"iOS {since} and later"
    return holds + doubt[claim.since_precision]


def axis(claim: Claim) -> str:
    """The versions as an SVG that fits any width; empty where a claim is not tied to a version."""
    words = versions(claim)
    if not words:
        return ""
    svg = Drawing()
    _columns(svg)
    start = _at(claim.since) if claim.since else _LEFT
    end = _end(claim.until) if claim.until else _RIGHT
    if claim.until and end <= _LEFT:
        _before_the_axis(svg, claim, words)
    else:
        _bar(svg, claim, start, end)
    described = f"The sentence holds for {words}." if claim.status != "refuted" else f"It is said of {words}."
    return svg.finish(
        _LABEL + 6, words, f"{described} The axis goes from iOS {COLUMNS[0]} to iOS {COLUMNS[-1]}."
    )


def _columns(svg: Drawing) -> None:
    bottom = _BAR + _HEIGHT + 6
    svg.line(_LEFT, bottom, _RIGHT, bottom, stroke=LINE)
    for number, major in enumerate(COLUMNS):
        x = _LEFT + number * _COLUMN
        svg.line(x, bottom, x, bottom + 4, stroke=LINE)
        svg.text(x + _COLUMN / 2, _LABEL, str(major), fill=MUTED, font_size=12, text_anchor="middle")
    svg.text(0, _LABEL, "iOS", fill=MUTED, font_size=12)


def _bar(svg: Drawing, claim: Claim, start: float, end: float) -> None:
    """The bar with its ends: sharp, dashed or arrow; the number of the start stands above it."""
    colour = _colour(claim)
    uncertain = claim.since_precision != "exact" or not claim.since
    older = bool(claim.since) and _parts(claim.since)[0] < COLUMNS[0]
    solid = start
    if uncertain and not older:
        dashed = max(start - _DASHED, 0) if claim.since_precision == "at-or-before" else start
        solid = start if dashed < start else min(start + _DASHED, end)
        middle = _BAR + _HEIGHT / 2
        svg.line(dashed, middle, solid, middle, stroke=colour, stroke_width=3, stroke_dasharray="4 4")
    svg.rect(solid, _BAR, max(end - solid, 1.2), _HEIGHT, fill=colour, rx=2)
    if older:
        svg.raw(_arrow(_LEFT, _colour(claim), pointing_left=True))
    if not claim.until:
        svg.raw(_arrow(_RIGHT, _colour(claim), pointing_left=False))
    if claim.since:
        side = "start" if start < 60 else "end"
        svg.text(start, _NOTE, _label(claim), fill=INK, font_weight=600, text_anchor=side)
    if claim.until:
        svg.text(end, _NOTE, f"up to {_short(claim.until)}", fill=INK, font_weight=600, text_anchor="end")


def _label(claim: Claim) -> str:
    """The number above the start, with a sign where it is only a bound."""
    return {"exact": "", "at-or-before": "≤ ", "unknown": "≥ "}[claim.since_precision] + _short(claim.since)


def _colour(claim: Claim) -> str:
    """The colour of what runs, but grey where the sentence does not hold."""
    return MUTED if claim.status in {"refuted", "retracted", "superseded"} else RUN


def _before_the_axis(svg: Drawing, claim: Claim, words: str) -> None:
    """A claim about versions that are all older than the axis."""
    svg.text(_LEFT, _NOTE, f"{words}, before this axis begins", fill=INK, font_weight=600)
    svg.raw(_arrow(_LEFT, _colour(claim), pointing_left=True))


def _arrow(x: float, colour: str, *, pointing_left: bool) -> str:
    """An arrow head at an end of the axis. A nested SVG carries it, for a polygon knows no per cent."""
    middle = _HEIGHT / 2 + 4
    tip, base = (0, 10) if pointing_left else (10, 0)
    offset = -10 if pointing_left else 0
    return (
        f'<svg x="{x:g}%" y="{_BAR - 4}" width="12" height="{_HEIGHT + 8}" overflow="visible">'
        f'<g transform="translate({offset} 0)"><polygon points="{base},0 {tip},{middle:g} {base},{_HEIGHT + 8}" fill="{colour}"/></g></svg>'
    )


def _at(version: str) -> float:
    """Where a version lies, in per cent; a version that is not on the axis lies at the nearer end."""
    major, minor = _parts(version)
    if major < COLUMNS[0]:
        return _LEFT
    if major > COLUMNS[-1]:
        return _RIGHT
    column = max(number for number, known in enumerate(COLUMNS) if known <= major)
    return _LEFT + _COLUMN * (column + min(minor, _MINORS - 1) / _MINORS)


def _end(version: str) -> float:
    """Where a last version ends: "18" with its column, "18.2" before 18.3."""
    major, minor = _parts(version)
    if major < COLUMNS[0]:
        return _LEFT
    return _at(version) + (_COLUMN / _MINORS if "." in version and minor < _MINORS else _COLUMN)


def _parts(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor.split(".")[0] or 0)


def _short(version: str) -> str:
    """A version as people write it: "26.0" is 26."""
    return version.removesuffix(".0")
