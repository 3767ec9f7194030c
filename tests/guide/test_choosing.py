"""Choosing: every path ends, and every result names a row of the table, claims, a chapter and a promise that are there."""

import re
from pathlib import Path

import pytest

from afterswipe import Version, claims
from guide import snippets
from guide.claims.links import MARKER, named
from guide.errors import BuildError
from guide.pages import choosing, ways

DOCS = Path(__file__).resolve().parents[2] / "docs"
TREE = choosing.tree()
LONGEST_PATH = 5
"""Steps, the result among them: nobody answers more questions than four."""

SMALL = """
first = "one"
[question.one]
asks = "Which?"
answer = [{ says = "This", to = "end" }, { says = "That", to = "%s" }]
[result.end]
title = "An end"
text = "It ends.{claim:live-activity.gives-no-run-time}"
mechanism = "%s"
chapter = "the-swoop"
promise = ""
line = [{ from = "13", way = "open", says = "Stay." }]
"""


def test_every_path_ends_soon_at_a_result():
    paths = list(TREE.paths())
    assert {path[-1] for path in paths} == set(TREE.results)
    assert max(map(len, paths)) <= LONGEST_PATH


@pytest.mark.parametrize("key", TREE.results)
def test_a_result_names_what_is_there(key):
    result = TREE.results[key]
    used = named(result.text)
    assert used
    for claim_id in used:
        assert claims.get(claim_id).status in ("current", "disputed"), claim_id
    assert (DOCS / f"{result.chapter}.md").is_file(), f"there is no docs/{result.chapter}.md"
    if result.promise:
        promises = (DOCS / "what-we-can-promise.md").read_text(encoding="utf-8")
        assert f"{{ #{result.promise} }}" in promises


# Every path ends in a recommendation that the tables would give too.

PATHS = [(path, version) for path in TREE.paths() for version in choosing.VERSIONS]
WAYS = {way.id: way for way in ways.table().ways}


@pytest.mark.parametrize(
    ("path", "version"), PATHS, ids=lambda value: value if isinstance(value, str) else ">".join(value)
)
def test_every_path_ends_at_a_way_that_is_there_on_that_ios(path, version):
    line = TREE.results[path[-1]].on(version)
    if line.way != choosing.OPEN:
        (cell,) = [cell for cell in ways.table().cells(WAYS[line.way]) if cell.version == version]
        assert cell.answer.is_ != "no", f"{line.says} on iOS {version}"
    assert MARKER.search(line.says)


def test_a_way_that_is_not_there_is_seen():
    (cell,) = [cell for cell in ways.table().cells(WAYS["continued"]) if cell.version == "18"]
    assert cell.answer.is_ == "no"


def achieved() -> dict[str, tuple[str, bool, float]]:
    """The recipe's table, as its page has it: way -> from which iOS, whether it delivers, for how many seconds its card misleads."""
    rows = {}
    for row in snippets.accepted("strategies_table").text.splitlines()[1:]:
        name, since, at, misled, _ = re.split(r"\s{2,}", row.strip())
        seconds = sum(
            float(number) * {"min": 60, "s": 1}[unit]
            for number, unit in re.findall(r"([\d.]+) (min|s)\b", misled)
        )
        rows[name] = (since, at != "never", seconds)
    return rows


ACHIEVED = achieved()
STORY = ("hand-over", "go-on-now", "finish-making-it", "resumable")
"""Results that are about the upload of a story, for which the recipe's table has an answer on each iOS."""
OLDEST_IN_TABLE = "16.1"
"""The table is of ways with cards; before, the same session runs without one."""


@pytest.mark.parametrize(
    "key", [key for key, result in TREE.results.items() if any(line.strategy for line in result.line)]
)
def test_what_is_recommended_delivers_by_the_recipes_table(key):
    for line in TREE.results[key].line:
        if line.strategy:
            since, delivers, _ = ACHIEVED[line.strategy]
            assert delivers, line
            assert Version(since) <= max(Version(line.since), Version(OLDEST_IN_TABLE)), line


@pytest.mark.parametrize("key", STORY)
@pytest.mark.parametrize("version", choosing.VERSIONS)
def test_for_a_story_no_way_of_the_recipes_table_is_better(key, version):
    """None delivers on that iOS with a card that is right for longer; ways of a widget need no open app and are another question."""
    on = max(Version(version), Version(OLDEST_IN_TABLE))
    there = {
        name: misled
        for name, (since, delivers, misled) in ACHIEVED.items()
        if delivers and Version(since) <= on and name != "long-running intent"
    }
    assert there[TREE.results[key].on(version).strategy] == min(there.values())


@pytest.mark.parametrize("key", STORY)
def test_the_recipes_own_lines_by_version_say_the_same(key):
    page = (DOCS / "the-upload-recipe.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| iOS ([\d, ]+) \| (.*?) \| (.*?) \|", page.split("## By version")[1], re.MULTILINE)
    said = {version: " ".join(words) for versions, *words in rows for version in versions.split(", ")}
    assert set(said) == {"16", "17", "18", "26", "27"}
    for version, column in (("16", "16.2"), ("17", "17.2"), ("18", "18"), ("26", "26"), ("27", "27")):
        words = (
            said[version] + (said["26"] if version == "27" else "") + (said["17"] if version == "18" else "")
        )
        expected = (
            "continued"
            if "continued task" in words
            else "resumable"
            if "resumable" in words
            else "whole-file"
        )
        assert TREE.results[key].on(column).way == expected, version


def test_each_line_can_be_read_alone():
    """The script hides lines for older systems, so none may lean on the one before."""
    for result in TREE.results.values():
        assert not [line.says for line in result.line if re.search(r"\bsame\b", line.says)]


def test_the_founding_cases_have_answers():
    """A first sync now; work on the phone alone; waiting for a server's answer: each is a first answer of the page."""
    ends = {path[1]: path[-1] for path in TREE.paths()}
    assert ends["sync"] == "sync-by-itself"
    assert TREE.results["first-sync"].on("26").way == "continued"
    assert ends["local"] == "when-idle"
    assert TREE.results["on-the-phone"].on("26").way == "continued"
    assert "a-servers-answer" in ends


def test_the_page_has_every_answer_and_every_result_once():
    page = choosing.page()
    assert page.startswith("---\n")
    assert re.findall(r"^### .+ \{: #([a-z-]+) \}$", page, re.MULTILINE) == list(TREE.results)
    leaves = re.findall(r'<a href="#([a-z-]+)">', page)
    assert sorted(leaves) == sorted(path[-1] for path in TREE.paths())


def test_addresses_that_were_given_out_stay():
    """People link to results. A result may be added; one of these may not go or be renamed."""
    given_out = """a-short-wait hand-over resumable all-at-once go-on-now finish-making-it short-action long-action nudge
    now-and-then when-idle big-files library server-picture estimate say-when-old as-meant no-such-way"""
    assert set(given_out.split()) <= set(TREE.results)


@pytest.mark.parametrize(
    ("to", "mechanism", "wrong"),
    [
        ("nowhere", "Live Activity", "one > nowhere leads to nothing"),
        ("one", "Live Activity", "one > one goes in a circle"),
        ("end", "Magic", "names the mechanism 'Magic'"),
    ],
)
def test_a_tree_with_a_fault_is_refused(to, mechanism, wrong):
    with pytest.raises(BuildError, match=re.escape(wrong)):
        choosing.read(SMALL % (to, mechanism))


def test_what_no_path_leads_to_is_refused():
    with pytest.raises(BuildError, match="no path leads to two"):
        choosing.read(SMALL % ("end", "Live Activity") + '[question.two]\nasks = "?"\nanswer = []\n')


def test_a_key_that_is_missing_or_unknown_is_refused():
    with pytest.raises(BuildError, match="all keys are needed"):
        choosing.read((SMALL % ("end", "Live Activity")).replace('promise = ""', ""))
    with pytest.raises(BuildError, match="all keys are needed"):
        choosing.read((SMALL % ("end", "Live Activity")) + "colour = 1\n")


def test_a_result_without_a_claim_is_refused():
    with pytest.raises(BuildError, match="has no claim"):
        choosing.read(re.sub(r"\{claim:[^}]+\}", "", SMALL % ("end", "Live Activity")))
