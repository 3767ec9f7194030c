"""Every snippet, in this Python, shows what stands beside it as its tested output."""

import subprocess
import sys

import pytest

from guide import ROOT, snippets
from tests.golden import making


@pytest.mark.parametrize("name", snippets.names())
def test_a_snippet_shows_its_tested_output(name: str):
    output, _ = making.ran(name)
    accepted = snippets.accepted(name)
    assert output.text == accepted.text, f"Read the difference; if it is right: make accept NAMES={name}"
    assert output.pictures == accepted.pictures


@pytest.mark.parametrize("name", snippets.names())
def test_a_snippet_is_short_and_says_what_it_shows(name: str):
    lines = snippets.source(name).splitlines()
    assert len(lines) <= 60
    assert lines[0].startswith('"""')
    assert max(map(len, lines)) <= 125


def test_in_a_terminal_a_picture_is_text():
    result = subprocess.run(
        [sys.executable, str(snippets.FOLDER / "story_upload.py")], capture_output=True, text=True, check=True
    )
    assert "app runs" in result.stdout
    assert "<svg" not in result.stdout


def test_no_file_is_left_without_its_snippet():
    known = {f"{name}.py" for name in snippets.names()}
    for path in snippets.FOLDER.iterdir():
        if path.is_file():
            assert f"{path.name.split('.')[0]}.py" in known, f"{path.name} belongs to no snippet: remove it"


def test_every_swift_file_stands_beside_a_snippet_or_in_a_chapter():
    chapters = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    alone = {path.stem for path in (snippets.FOLDER / "swift").iterdir()} - set(snippets.names())
    assert not [name for name in sorted(alone) if f"\n/// swift | {name}\n" not in chapters]


def test_the_comparison_can_fail(tmp_path):
    changed = tmp_path / "story_upload.py"
    changed.write_text(snippets.source("story_upload").replace("LEAVES_AFTER = 2", "LEAVES_AFTER = 3"))
    assert snippets.run(changed).text != snippets.accepted("story_upload").text
