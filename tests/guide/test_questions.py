"""The 97 questions: every one is there, once, at its address, with its thread, a claim and a chapter."""

import re
import tomllib
from pathlib import Path

import pytest

from afterswipe import claims
from guide.claims.links import named
from guide.pages.generate import made as _pages

ROOT = Path(__file__).resolve().parents[2]
GENERATED = _pages()
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
THREADS: dict[str, str] = tomllib.loads(
    (Path(__file__).parent / "questions.toml").read_text(encoding="utf-8")
)
COUNT = 97
LONGEST_ANSWER = 4
"""Sentences; most answers have three."""

HEADING = re.compile(r"^### (.+) \{ #(q\d\d) \}$", re.MULTILINE)
CLAIM = re.compile(r"\{claim:([^}\s]+)\}")
ASKED = re.compile(r"^Asked in \[[^\]]+\]\(([^)]+)\)\. Read on: \[[^\]]+\]\(([\w/-]+\.md)\)\.$", re.MULTILINE)
GROUP = re.compile(r"^## .+ \{ #([a-z0-9-]+) \}$", re.MULTILINE)


def answers(page: str) -> dict[str, str]:
    """What stands under each question, by its id. An id that comes twice is an error."""
    found = list(HEADING.finditer(page))
    ids = [heading[2] for heading in found]
    assert len(set(ids)) == len(ids), f"twice: {sorted({one for one in ids if ids.count(one) > 1})}"
    ends = [heading.start() for heading in found[1:]] + [len(page)]
    return {
        heading[2]: re.split(r"^## ", page[heading.end() : end], flags=re.MULTILINE)[0]
        for heading, end in zip(found, ends, strict=True)
    }


def test_the_ledger_has_all_of_them():
    assert list(THREADS) == [f"q{number:02}" for number in range(1, COUNT + 1)]
    assert len(set(THREADS.values())) == COUNT


def test_every_question_is_there_once():
    assert set(answers(PAGE)) == set(THREADS)


@pytest.mark.parametrize("question", THREADS)
def test_an_answer_has_claims_its_thread_and_a_chapter(question):
    answer = answers(PAGE)[question]
    used = named(answer)
    assert used, "an answer without a claim"
    for claim_id in used:
        claims.get(claim_id)
    asked = ASKED.findall(answer)
    assert len(asked) == 1
    thread, chapter = asked[0]
    assert thread == THREADS[question]
    assert chapter in GENERATED or (ROOT / "docs" / chapter).is_file(), f"there is no docs/{chapter}"


@pytest.mark.parametrize("question", THREADS)
def test_an_answer_is_short(question):
    text = CLAIM.sub("", answers(PAGE)[question].split("Asked in")[0]).strip()
    sentences = re.findall(r"[.?!:](?=\s|$)", text)
    assert 1 < len(sentences) <= LONGEST_ANSWER, text


def listed_at_the_top(page: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each group in the folds above the answers, with its questions and their ids."""
    return [
        (summary, re.findall(r"^- \[(.+)\]\(#(q\d\d)\)$", fold, re.MULTILINE))
        for summary, fold in re.findall(r"<summary>(.+?)</summary>(.*?)</details>", page, re.DOTALL)
    ]


def test_every_question_is_listed_at_the_top_in_its_group():
    groups = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert len(groups) == len(GROUP.findall(PAGE))
    below = [(group.split(" { #")[0], HEADING.findall(group)) for group in groups]
    assert listed_at_the_top(PAGE) == below


def test_the_check_can_fail():
    with pytest.raises(AssertionError, match="twice"):
        answers("### One { #q01 }\n\ntext\n\n### Two { #q01 }\n\ntext\n")
