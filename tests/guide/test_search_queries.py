"""The list of queries for the search: complete, and every page in it exists."""

import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUERIES = tomllib.loads((ROOT / "tests/browser/search_queries.toml").read_text(encoding="utf-8"))["query"]
STRANGERS = tomllib.loads((ROOT / "tests/browser/search_strangers.toml").read_text(encoding="utf-8"))["query"]


def test_there_are_sixty_queries_of_three_kinds():
    assert Counter(query["kind"] for query in QUERIES) == {"string": 20, "case": 20, "product": 20}
    assert len({query["text"] for query in QUERIES}) == 60


def test_at_least_twenty_five_failed_before_the_search_changed():
    assert sum(query["failed"] for query in QUERIES) >= 25


def test_every_answer_is_a_page():
    made = {"choosing/"}
    pages = {f"{page.stem}/" for page in (ROOT / "docs").glob("*.md")} | made
    assert {page for query in [*QUERIES, *STRANGERS] for page in query["pages"]} <= pages


def test_those_of_strangers_and_ten_that_were_kept_aside():
    assert Counter("held" in query for query in STRANGERS) == {False: 121, True: 10}
    assert len({query["text"] for query in STRANGERS}) == 131
