"""The card images: nothing overflows with the claims as they are, nothing wrong looks right, nothing is drawn twice."""

import dataclasses
import io
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from afterswipe import claims
from afterswipe.claims.sources import Claim
from guide.claims.schema import EVIDENCE
from guide.errors import BuildError
from guide.previews import cards
from guide.previews.cards import (
    MARGIN,
    SIZE,
    Card,
    Fonts,
    Line,
    claim_card,
    page_card,
    plan,
    render,
    write_cards,
)

FONT_FOLDER = Path(__file__).resolve().parents[2] / "node_modules/@fontsource/inter/files"
EVERY = claims.every()
TYPICAL = claims.get("live-activity.gives-no-run-time")
PAGES = {"index": ("A Live Activity is a picture, not a process", "What happens after the swipe.")}

SIGNS = "“Café” \N{EN DASH} 5 \N{MULTIPLICATION SIGN} 3…"


def changed(**values: object) -> Claim:
    return dataclasses.replace(TYPICAL, **values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts(FONT_FOLDER)


@pytest.fixture(scope="module")
def plans(fonts: Fonts) -> dict[str, list[Line]]:
    return {claim.id: plan(claim_card(claim), fonts) for claim in EVERY}


def box(line: Line, fonts: Fonts) -> tuple[float, float, float, float]:
    """Where the ink of a line is."""
    width = fonts.width(line.text, line.size, line.weight)
    _, top, _, bottom = fonts.face("latin", line.weight, line.size).getbbox(line.text, anchor="ls")
    return line.x, line.y + top, line.x + width, line.y + bottom


def words(lines: list[Line]) -> str:
    return " ".join(line.text for line in lines)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_every_line_of_every_claim_is_inside_the_margins(plans: dict[str, list[Line]], fonts: Fonts) -> None:
    for name, lines in plans.items():
        for line in lines:
            left, top, right, bottom = box(line, fonts)
            assert left >= MARGIN - 1, (name, line)
            assert right <= SIZE[0] - MARGIN + 1, (name, line)
            assert 20 <= top < bottom <= 600, (name, line)


def test_no_line_lies_on_another(plans: dict[str, list[Line]], fonts: Fonts) -> None:
    for name, lines in plans.items():
        boxes = [box(line, fonts) for line in lines]
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (name, one, other)


def test_a_whole_sentence_is_on_its_card_in_at_most_six_lines(plans: dict[str, list[Line]]) -> None:
    for claim in EVERY:
        body = [
            line
            for line in plans[claim.id]
            if line.weight in (600, 700) and line.x == MARGIN and line.ground == cards.PAPER
        ]
        assert "".join(claim.statement.replace("`", "").split()) in "".join(words(body).split()), claim.id
        assert len(body) <= (6 if claim.status == "current" else 7), claim.id


def test_sentences_are_legible_as_a_thumbnail(plans: dict[str, list[Line]]) -> None:
    """Ten pixels of 300 in width are 40 of 1200."""
    small = {
        claim.id: min(line.size for line in plans[claim.id] if line.weight == 700)
        for claim in EVERY
        if claim.status == "current"
    }
    assert min(small.values()) >= 40, min(small.items(), key=lambda item: item[1])


def test_the_longest_statement_leaves_the_margins_of_the_image_empty(fonts: Fonts) -> None:
    longest = max(
        (claim for claim in EVERY if not claim_card(claim).band), key=lambda claim: len(claim.statement)
    )
    image = opened(render(claim_card(longest), fonts)).convert("RGB")
    for edge in ((0, 0, MARGIN - 2, 600), (SIZE[0] - MARGIN + 2, 0, SIZE[0], 600), (0, 590, SIZE[0], 612)):
        assert image.crop(edge).getcolors() == [((edge[2] - edge[0]) * (edge[3] - edge[1]), (255, 255, 255))]


def test_every_claim_says_something_of_its_own(plans: dict[str, list[Line]]) -> None:
    said = {words([line for line in lines if line.text != name]) for name, lines in plans.items()}
    assert len(said) == len(EVERY)


def test_a_card_is_a_small_image_of_the_size_that_previews_expect(fonts: Fonts) -> None:
    png = render(claim_card(TYPICAL), fonts)
    image = opened(png)
    assert (image.format, image.size, image.mode) == ("PNG", (1200, 630), "P")
    assert len(png) < 25_000


@pytest.mark.parametrize(
    "claim", [claim for claim in EVERY if claim.status == "refuted"], ids=lambda claim: claim.id
)
def test_a_refuted_card_says_so_before_the_sentence_and_strikes_it(claim: Claim, fonts: Fonts) -> None:
    lines = plan(claim_card(claim), fonts)
    assert lines[0].text == "Not so"
    assert lines[0].size >= 60
    assert lines[1].text == "refuted"
    assert EVIDENCE[claim.evidence] not in [line.text for line in lines]
    assert "".join(line.text for line in lines if line.struck).replace(" ", "") == claim.statement.replace(
        "`", ""
    ).replace(" ", "")


def test_a_refuted_card_has_a_band_in_the_loud_colour(fonts: Fonts) -> None:
    image = opened(render(claim_card(changed(status="refuted")), fonts)).convert("RGB")
    assert image.getpixel((5, 5)) == ImageColor.getrgb(cards.WRONG)
    calm = opened(render(claim_card(TYPICAL), fonts)).convert("RGB")
    assert calm.getpixel((5, 5)) == (255, 255, 255)


def test_what_is_so_instead_stands_below_what_is_refuted() -> None:
    card = claim_card(changed(status="refuted", note="What is so: cards run nothing; pushes do. More."))
    assert [(block.text, block.struck) for block in card.blocks] == [
        (TYPICAL.statement, True),
        ("Cards run nothing.", False),
    ]


@pytest.mark.parametrize(
    ("status", "word", "struck"),
    [
        ("retracted", "Retracted", True),
        ("superseded", "Superseded", False),
        ("disputed", "Disputed", False),
        ("unverified", "Not verified", False),
    ],
)
def test_every_status_but_current_has_its_word(status: str, word: str, struck: bool) -> None:
    card = claim_card(changed(status=status))
    assert (card.band, card.blocks[0].struck) == (word, struck)
    assert card.badge == EVIDENCE[TYPICAL.evidence]


def test_a_gap_says_nobody_knows(fonts: Fonts) -> None:
    gaps = [claim for claim in EVERY if claim.kind == "gap" and claim.status == "current"]
    assert gaps
    assert {plan(claim_card(claim), fonts)[0].text for claim in gaps} == {"Nobody knows"}


def test_badges_differ_in_shape_and_word_and_not_by_colour_alone() -> None:
    looks = {evidence: claim_card(changed(evidence=evidence)) for evidence in EVIDENCE}
    shapes = {evidence: card.shape for evidence, card in looks.items()}
    assert shapes["normative"] == "full"
    assert shapes["reported"] == "half"
    assert shapes["assumed"] == shapes["not-found"] == "empty"
    assert len({card.badge for card in looks.values()}) == len(EVIDENCE)


def test_the_shape_of_the_badge_is_in_the_image(fonts: Fonts) -> None:
    def disc(evidence: str) -> Image.Image:
        return (
            opened(render(claim_card(changed(evidence=evidence)), fonts))
            .convert("RGB")
            .crop((98, 80, 132, 114))
        )

    tone = ImageColor.getrgb(cards.RUN)
    assert disc("normative").getpixel((8, 17)) == disc("normative").getpixel((26, 17)) == tone
    assert disc("reported").getpixel((8, 17)) == tone
    assert disc("reported").getpixel((26, 17)) == (255, 255, 255)
    assert disc("inferred").getpixel((8, 17)) == (255, 255, 255)


def test_signs_beyond_latin_are_shown_or_said_in_words(fonts: Fonts) -> None:
    assert fonts.spell(SIGNS) == SIGNS
    assert fonts.spell("≤ 4 KB, Žižek") == "at most 4 KB, Žižek"
    assert {subset for subset, _ in fonts.runs("Žižek")} == {"latin", "latin-ext"}
    card = claim_card(changed(statement=f"A payload of ≤ 4 KB {SIGNS} is sent."))
    assert f"at most 4 KB {SIGNS}" in words(plan(card, fonts))


def test_a_sign_that_cannot_be_shown_stops_the_build_with_the_claim_and_the_sign(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"card of live-activity.gives-no-run-time .*U\+1F4F1.*in words"):
        write_cards(tmp_path, tmp_path / "cache", [changed(statement="A 📱 sleeps.")], {}, FONT_FOLDER)


def test_identifiers_break_at_their_humps_when_they_must(fonts: Fonts) -> None:
    name = "NSSupportsLiveActivitiesFrequentUpdatesAndManyMoreThingsThatAreLong"
    lines = [
        line
        for line in plan(claim_card(changed(statement=f"The key {name} exists.")), fonts)
        if line.weight == 700
    ]
    assert name in "".join(line.text for line in lines)
    assert all(line.text[0].isupper() for line in lines)


def test_a_text_without_end_is_refused(fonts: Fonts) -> None:
    with pytest.raises(BuildError, match="too long for a card"):
        plan(claim_card(changed(statement="word " * 400)), fonts)


def test_the_same_card_gives_the_same_bytes() -> None:
    assert render(claim_card(TYPICAL), Fonts(FONT_FOLDER)) == render(claim_card(TYPICAL), Fonts(FONT_FOLDER))


def test_a_page_has_its_title_and_its_sentence(fonts: Fonts) -> None:
    lines = plan(page_card(*PAGES["index"]), fonts)
    assert "A Live Activity is a picture, not a process What happens after the swipe." in words(lines)
    assert cards.SITE in words(lines)


def test_cards_are_written_by_id_and_by_slug(tmp_path: Path) -> None:
    write_cards(tmp_path, tmp_path / "cache", [TYPICAL], PAGES, FONT_FOLDER)
    written = sorted(path.name for path in (tmp_path / "cards").iterdir())
    assert written == ["index.png", "live-activity.gives-no-run-time.png"]


def test_what_has_not_changed_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Card] = []

    def counting(card: Card, fonts: Fonts) -> bytes:
        drawn.append(card)
        return render(card, fonts)

    monkeypatch.setattr(cards, "render", counting)
    cache = tmp_path / "cache"
    write_cards(tmp_path, cache, [TYPICAL], PAGES, FONT_FOLDER)
    first = (tmp_path / "cards" / f"{TYPICAL.id}.png").read_bytes()
    assert len(drawn) == 2
    shutil.rmtree(tmp_path / "cards")
    write_cards(tmp_path, cache, [TYPICAL], PAGES, FONT_FOLDER)
    assert len(drawn) == 2
    assert (tmp_path / "cards" / f"{TYPICAL.id}.png").read_bytes() == first
    write_cards(tmp_path, cache, [changed(statement="A Live Activity is a picture.")], PAGES, FONT_FOLDER)
    assert len(drawn) == 3
    assert (tmp_path / "cards" / f"{TYPICAL.id}.png").read_bytes() != first


def test_the_cache_holds_what_the_last_build_used(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    write_cards(tmp_path, cache, [TYPICAL], PAGES, FONT_FOLDER)
    write_cards(tmp_path, cache, [], PAGES, FONT_FOLDER)
    assert len(list(cache.iterdir())) == 1


def test_a_missing_font_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"inter-latin-400-normal\.woff .*Run: make"):
        write_cards(tmp_path, tmp_path / "cache", [TYPICAL], {}, tmp_path)
