"""The way into the reference of the package: every name with one line, and the pages that have the rest."""

import re

from guide import ROOT
from guide.pages import api

PAGE = api.page()
ENTRY = re.compile(r"^- \[`([\w.]+)`\]\(api/([\w-]+)\.md#([\w.]+)\): (.*)$", re.MULTILINE)


def test_every_page_of_the_reference_is_in_the_navigation():
    assert set(api.rooms()) == {page.stem for page in (ROOT / "docs" / "reference" / "api").glob("*.md")}


def test_every_name_stands_once_with_one_line_and_leads_to_its_page():
    entries = ENTRY.findall(PAGE)
    assert [(room, name) for _, room, name, _ in entries] == [
        (room, name) for room, text in api.rooms().items() for name in api.names(text)
    ]
    assert len(entries) == len({name for *_, name, _ in entries}) > 100
    assert [entry for entry in entries if not entry[3] or "\n" in entry[3] or "(claim" in entry[3]] == []


def test_a_line_is_the_first_sentence_of_the_docstring():
    assert (
        "- [`Phone`](api/phone.md#afterswipe.Phone): An iPhone in virtual time, with one app on it.\n" in PAGE
    )
    (conditions,) = re.findall(r"^- \[`Conditions`\].*$", PAGE, re.MULTILINE)
    assert conditions.endswith("Set them between two waits: `phone.conditions.low_power_mode = True`.")


def test_names_of_the_fault_lab_are_said_whole():
    assert "- [`faultlab.page`](api/faultlab.md#faultlab.page): " in PAGE
