"""The table of the page on versions says what its claims and the mechanism table say."""

import re

from afterswipe import claims
from guide import snippets
from guide.claims.links import named
from guide.mechanisms import MECHANISMS
from guide.site import ROOT

PAGE = (ROOT / "docs" / "by-version.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \*\*iOS (\d+)\*\* \|(.*?)\|(.*?)\|(.*?)\|$", re.MULTILINE)


def strangers(page: str) -> list[str]:
    """Claims in the column "What it adds" that began with another version than their row."""
    return [
        f"{row[1]}: {claim_id} is since {claims.get(claim_id).since}"
        for row in ROW.finditer(page)
        for claim_id in named(row[3])
        if claims.get(claim_id).since.split(".")[0] != row[1]
    ]


def test_what_a_version_adds_began_with_it():
    assert [row[1] for row in ROW.finditer(PAGE)] == ["16", "17", "18", "26", "27"]
    assert strangers(PAGE) == []


def test_the_check_can_fail():
    moved = PAGE.replace("| Broadcast", "| {claim:live-activity.carplay} Broadcast")
    assert strangers(moved) == ["18: live-activity.carplay is since 26.0"]


def test_every_row_has_a_recommendation():
    assert all("**" in row[2] for row in ROW.finditer(PAGE))


def test_the_run_names_every_mechanism_that_came_after_ios_16():
    shown = snippets.accepted("guide_by_version").text
    newer = [row.name for row in MECHANISMS if row.since and int(row.since.split(".")[0]) > 16]
    assert newer
    assert [name for name in newer if name not in shown] == []
