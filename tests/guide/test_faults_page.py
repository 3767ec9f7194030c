"""The page of the faults names every fault, its answer and a test that exists."""

import re
from dataclasses import replace

import pytest

from faultlab.faults import FAULTS, RULES
from guide import ROOT
from guide.errors import BuildError
from guide.pages import faults


def test_every_fault_is_on_the_page_with_its_answer_and_its_test():
    page = faults.page()
    sections = dict(re.findall(r"^### (F\d\d+): .*?\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL))
    assert list(sections) == [kind.id for kind in FAULTS.values() if not kind.unreachable]
    for name, section in sections.items():
        kind = FAULTS[name]
        assert kind.happens in section
        assert kind.answer in section
        assert f"::{kind.test}`" in section
        assert kind.plain in section
        assert ("<dt>Naive</dt>" in section) == kind.naive


def test_there_are_171_in_order():
    assert list(FAULTS) == [f"F{number:02}" for number in range(1, 172)]


def test_every_rule_is_asked_for_by_a_fault():
    page = faults.page()
    for name in RULES:
        assert re.search(rf"^\*\*{name}\.\*\* .* Asked for by \[F\d\d+\]", page, re.MULTILINE)


def test_a_fault_without_its_test_stops_the_build(monkeypatch):
    lacking = {**faults.tests()}
    del lacking[FAULTS["F06"].test]
    monkeypatch.setattr(faults, "tests", lambda: lacking)
    with pytest.raises(BuildError, match="F06 names the test"):
        faults.page()


def test_one_that_cannot_be_reached_is_listed_with_its_reason(monkeypatch):
    kinds = {**FAULTS, "F06": replace(FAULTS["F06"], unreachable="Because it is planted here.")}
    monkeypatch.setattr(faults, "FAULTS", kinds)
    page = faults.page()
    assert "### F06" not in page
    assert "Because it is planted here." in page


def test_no_name_breaks_the_page():
    page = faults.page()
    assert page.isprintable() or not set(page) & set("\x00\r")
    assert all(line.count("`") % 2 == 0 for line in page.splitlines())


def test_the_chapter_counts_them_right():
    """It said 143 when there were 161."""
    assert f"has all {len(FAULTS)} of them" in (ROOT / "docs/a-sync-that-survives.md").read_text()
