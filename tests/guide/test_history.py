"""How it came to be: every entry has a claim or a source, the drawing says what the list says, and it fits a phone."""

import re
import xml.etree.ElementTree as ET

import pytest

from afterswipe import claims
from guide.claims.links import named
from guide.errors import BuildError
from guide.pages import history

EVERY = history.entries()
SVG = ET.fromstring(history.draw(EVERY))
NAME = "{http://www.w3.org/2000/svg}"

SMALL = '[[entry]]\nwhen = "2010"\nsystem = "iOS 4"\ntitle = "%s"\ngives = "%s"\ntext = "%s"\n'
CLAIMED = "So it is.{claim:live-activity.gives-no-run-time}"


def years() -> list[int]:
    return [int(entry.when) for entry in EVERY]


def version(entry):
    found = re.search(r"iOS (\d+)(?:\.(\d+))?", entry.system)
    return (int(found[1]), int(found[2] or 0)) if found else None


def test_time_goes_on():
    assert years() == sorted(years())
    versions = [version(entry) for entry in EVERY if version(entry)]
    assert versions == sorted(versions)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.title)
def test_an_entry_has_a_claim_that_stands_or_a_source(entry):
    used = named(entry.text)
    assert used or (entry.source.startswith("https://") and entry.publisher and entry.known)
    for claim_id in used:
        assert claims.get(claim_id).status == "current"


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.title)
def test_no_entry_is_older_than_its_first_claim(entry):
    """A claim that begins with a later version than the entry's would be in the wrong place."""
    at = version(entry)
    used = named(entry.text)
    if at and used and (since := claims.get(used[0]).since):
        major, _, minor = since.partition(".")
        assert (int(major), int(minor or 0)) <= at


def test_the_drawing_has_every_title_and_version_as_text():
    words = [text.text for text in SVG.iter(f"{NAME}text")]
    for entry in EVERY:
        assert words.count(entry.title) == 1
        assert entry.system in words or not entry.system
        assert entry.when in words
    for key in history.GIVES.values():
        assert key in words


def test_the_drawing_can_be_read_out():
    described = SVG.findtext(f"{NAME}desc")
    assert SVG.findtext(f"{NAME}title")
    assert SVG.get("role") == "img"
    assert all(entry.title in described for entry in EVERY)


def test_the_extra_time_is_drawn_from_the_claims():
    seconds = [entry.seconds for entry in EVERY if entry.seconds]
    assert seconds == [600, 180, 30]
    assert seconds == sorted(seconds, reverse=True)


def test_the_list_says_what_the_drawing_says():
    page = history.page()
    assert page.startswith("---\n")
    listed = re.findall(r"^- \*\*(.+?)\*\* \((.+?)\):", page, re.MULTILINE)
    assert listed == [(entry.title, history.GIVES[entry.gives]) for entry in EVERY]


@pytest.mark.parametrize(
    ("title", "gives", "text", "wrong"),
    [
        ("Short", "run", "No claim.", "neither a claim nor a source"),
        ("Short", "magic", CLAIMED, "Choose one of"),
        ("A title that is far too long for a phone", "run", CLAIMED, "a phone has room for"),
    ],
)
def test_an_entry_with_a_fault_is_refused(title, gives, text, wrong):
    with pytest.raises(BuildError, match=wrong):
        history.read(SMALL % (title, gives, text))


def test_an_unknown_key_is_refused():
    with pytest.raises(BuildError, match="Compare with the entries"):
        history.read((SMALL % ("Short", "run", CLAIMED)) + "colour = 1\n")
