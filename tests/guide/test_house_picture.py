"""The house in one picture is the house."""

from guide import ROOT
from guide.checks import house


def test_the_picture_in_contributing_is_made_from_the_imports():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert house.written(text) == text, "Draw it anew: python -m guide house"
    assert "kernel " in text


def test_an_arrow_that_is_new_changes_the_picture(tmp_path):
    package = tmp_path / "afterswipe" / "kernel"
    package.mkdir(parents=True)
    (package / "clock.py").write_text("from afterswipe.seen.truth import Truth\n")
    assert house.picture(tmp_path) == "kernel                       <- seen\n"
