"""The axis of versions: its words, its ends, and that it is a picture as the contract wants it."""

import re
import xml.etree.ElementTree as etree

import pytest

from guide.claims.axis import COLUMNS, axis, versions
from tests.guide.claim_making import claim


def bar(svg):
    """Left end and right end of the bar in per cent."""
    found = re.search(r'<rect x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"', svg)
    return float(found[1]), round(float(found[1]) + float(found[2]), 1)


def arrows(svg):
    return svg.count("<polygon")


@pytest.mark.parametrize(
    ("since", "until", "precision", "words"),
    [
        ("16.1", "", "exact", "iOS 16.1 and later"),
        ("26.0", "", "exact", "iOS 26 and later"),
        ("13.0", "18", "exact", "iOS 13 to iOS 18"),
        ("13.0", "", "at-or-before", "iOS 13 and later (or from earlier on)"),
        ("26.0", "", "unknown", "iOS 26 and later (start not certain)"),
        ("", "26.0", "unknown", "up to iOS 26"),
        ("", "", "unknown", ""),
    ],
)
def test_versions_in_words(since, until, precision, words):
    assert versions(claim(since=since, until=until, since_precision=precision)) == words


def test_a_claim_without_versions_has_no_axis():
    assert axis(claim(since="", until="", since_precision="unknown")) == ""


def test_an_open_end_is_an_arrow_at_the_right():
    svg = axis(claim())
    assert bar(svg)[1] == 96
    assert arrows(svg) == 1
    assert "stroke-dasharray" not in svg
    assert ">16.1</text>" in svg


def test_a_closed_end_has_no_arrow_and_its_number():
    svg = axis(claim(since="14.0", until="17"))
    assert arrows(svg) == 0
    assert bar(svg) == (19.0, 63.0)  # from the left of column 14 to the right of column 17
    assert ">up to 17</text>" in svg


def test_a_last_minor_version_ends_inside_its_column():
    assert 74 < bar(axis(claim(since="14.0", until="26.0")))[1] < 77


def test_a_start_that_may_be_earlier_is_dashed_before_the_number():
    svg = axis(claim(since_precision="at-or-before"))
    dashed = re.search(r'<line x1="([\d.]+)%"[^>]*x2="([\d.]+)%"[^>]*stroke-dasharray', svg)
    assert float(dashed[1]) < float(dashed[2]) == bar(svg)[0] == bar(axis(claim()))[0]
    assert ">≤ 16.1</text>" in svg


def test_a_start_that_may_be_later_is_dashed_after_the_number():
    svg = axis(claim(since_precision="unknown"))
    dashed = re.search(r'<line x1="([\d.]+)%"[^>]*x2="([\d.]+)%"[^>]*stroke-dasharray', svg)
    assert bar(axis(claim()))[0] == float(dashed[1]) < float(dashed[2]) == bar(svg)[0]
    assert ">≥ 16.1</text>" in svg


def test_a_start_that_nobody_knows_is_dashed_from_the_left():
    svg = axis(claim(since="", until="26.0", since_precision="unknown"))
    assert 'stroke-dasharray="4 4"' in svg
    assert arrows(svg) == 0


def test_what_began_before_the_axis_has_an_arrow_on_both_sides():
    svg = axis(claim(since="7.0"))
    assert arrows(svg) == 2
    assert bar(svg)[0] == 8


def test_what_ended_before_the_axis_is_said_in_words():
    svg = axis(claim(since="7.0", until="12"))
    assert "before this axis begins" in svg
    assert "<rect" not in svg


def test_versions_go_from_left_to_right():
    starts = [
        bar(axis(claim(since=version)))[0]
        for version in ("13.0", "13.1", "14.0", "16.1", "16.2", "18.2", "26.0", "26.1", "27.0", "27.1")
    ]
    assert starts == sorted(starts)
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("since", ["7.0", "13.0", "16.1", "27.1"])
@pytest.mark.parametrize("until", ["", "12", "18", "26.0"])
@pytest.mark.parametrize("precision", ["exact", "at-or-before", "unknown"])
def test_every_axis_is_whole_and_inside_its_place(since, until, precision):
    svg = axis(claim(since=since, until=until, since_precision=precision))
    root = etree.fromstring(svg)
    allowed = {"svg", "g", "rect", "line", "text", "title", "desc", "polygon"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= allowed
    assert root.get("width") == "100%"
    assert root[0].tag.endswith("title")
    assert all(0 <= float(place) <= 100 for place in re.findall(r'(?:x[12]?)="([\d.-]+)%"', svg))
    assert [str(major) for major in COLUMNS if f">{major}</text>" in svg] == [str(major) for major in COLUMNS]


def test_the_picture_of_a_refuted_claim_does_not_say_that_it_holds():
    refuted = axis(claim(status="refuted"))
    assert "It is said of iOS 16.1 and later." in refuted
    assert "--as-run" not in refuted
    assert "--as-run" in axis(claim())
