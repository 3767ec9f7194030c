"""The first page: each of its sentences rests on a claim, or is about the guide itself; what it counts is counted."""

import re
from pathlib import Path

from afterswipe import claims
from guide.checks.sentences import sentences
from guide.claims.links import named

INDEX = (Path(__file__).resolve().parents[2] / "docs/index.md").read_text(encoding="utf-8")


def test_the_number_of_claims_that_are_measured_is_right():
    every = claims.every()
    assert "Six of its claims, of more than six hundred, are measured" in INDEX
    assert sum(claim.evidence == "measured" for claim in every) == 6
    assert 600 < len(every) < 700


ABOUT_THE_GUIDE = (
    "This guide settles one question",
    "For both.",
    "For developers.",
    "For PMs.",
    "What a Live Activity is, [what happens",
    "The ways to get work done",
    "[A sync that survives]",
    "[One page to print]",
    "[Choose](choosing.md) answers",
    "Each sentence carries a small mark.",
    "It says how well the sentence is known",
    "In this guide, a sentence about iOS rests on",
    "Its mark, or its link, says which.",
    "Six of its claims",
    "The examples are small Python programs",
    "They run here, in your browser",
    "A run shows what follows from the rules",
    "The code uses Apple's names",
)
"""Sentences of the first page that say nothing of iOS, by their beginnings. What is put here is read by whoever puts it."""


def bare(text: str) -> list[str]:
    """Sentences without a mark that are no question, no link alone, and not in the list."""
    return [
        one.text
        for one in sentences(text)
        if not one.is_marked
        and not re.fullmatch(
            r"(?:<[^>]+>|\*|\s|\[[^\]]*\]\([^)]*\)|\{[^}]*\}|\.)*|\*\*\w+\.\*\*|.*\?", one.text
        )
        and not one.text.startswith(ABOUT_THE_GUIDE)
    ]


def test_every_sentence_of_the_first_page_has_its_claim():
    assert bare(INDEX) == []
    assert len(set(named(INDEX))) >= 5
    for start in ABOUT_THE_GUIDE:
        assert start in INDEX, start


def test_a_sentence_without_a_claim_is_found():
    assert bare(INDEX + "\nA card keeps its app awake.\n") == ["A card keeps its app awake."]


def test_what_the_first_page_rests_on_stands():
    assert [one for one in named(INDEX) if claims.get(one).status != "current"] == []
