"""The mechanism table says no more than its claims, and leaves out no snippet, framework or name: checked both ways."""

import dataclasses
import re

import pytest

import afterswipe
from afterswipe import Phone, Version, claims
from afterswipe.claims.rules import OLDEST
from guide import snippets
from guide.mechanisms import ELSEWHERE, MECHANISMS, NO_COUNTERPART, Fact, Mechanism
from tests.test_house import PACKAGE

ROWS = pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
PARTS = ("who_starts", "whose_process", "how_long", "force_quit", "can", "cannot")
OPEN_WORDS = ("model", "no claim", "not known")
"""A sentence without a claim has one of these."""


def doubtful(row: Mechanism) -> list[str]:
    """What is wrong with a row's sentences: unknown or withdrawn claims, bare numbers, sentences that rest on nothing."""
    wrong = []
    for said in row.facts:
        placeholders = re.findall(r"\{([^}:]+)", said.text)
        wrong += [f"{said.text}: {name} is not among its claims" for name in placeholders if name not in said.claims and f"{{{name}}}" in said.text]  # fmt: skip
        for claim_id in (*said.claims, *placeholders):
            if claims.get(claim_id).status in ("refuted", "retracted"):
                wrong.append(f"{said.text}: {claim_id} was taken back")
        if re.search(r"\d", re.sub(r"\{[^}]*\}", "", said.text)):
            wrong.append(f"{said.text}: a bare number")
        if not said.claims and not any(word in said.text.lower() for word in OPEN_WORDS):
            wrong.append(f"{said.text}: no claim, and it does not say so")
    return wrong


@ROWS
def test_every_sentence_rests_on_claims_or_says_that_it_does_not(row):
    assert doubtful(row) == []
    assert all(getattr(row, part) for part in PARTS)
    assert row.story.text


@pytest.mark.parametrize(
    ("text", "ids", "found"),
    [
        ("About 30 seconds.", ("background-assertion.duration",), "bare number"),
        ("It lasts.", (), "does not say so"),
        ("It goes on.", ("force-quit.uploads-survive",), "taken back"),
        ("{background-assertion.duration}.", ("intents.time-limit",), "not among its claims"),
    ],
)
def test_the_check_of_sentences_can_fail(text, ids, found):
    row = dataclasses.replace(MECHANISMS[0], can=(Fact(text, ids),))
    assert len(doubtful(row)) == 1
    assert found in doubtful(row)[0]


@ROWS
def test_every_claim_exists_and_covers_the_row(row):
    named = [claims.get(claim_id) for claim_id in row.claims]  # raises ClaimError where there is none
    if row.since:
        assert claims.get(row.first_claim) in named
        assert Version(row.since) <= Version("27.1")
    else:
        assert not row.first_claim


@ROWS
def test_every_row_has_a_snippet_or_says_why_not(row):
    assert set(row.snippets) <= set(snippets.names())
    assert row.snippets or row.not_shown


def test_no_snippet_stands_on_the_page_twice():
    every = [name for row in MECHANISMS for name in row.snippets]
    assert sorted(every) == sorted(set(every))


def shows_before(row: Mechanism) -> bool:
    """Whether a run of the row is on a version older than the mechanism."""
    text = "".join(snippets.accepted(name).text for name in row.snippets)
    return any(Version(found) < Version(row.since) for found in re.findall(r"\biOS (\d+(?:\.\d+)?)\b", text))


@ROWS
def test_the_version_before_is_shown_or_the_row_says_why_not(row):
    if row.since:
        assert shows_before(row) != bool(row.not_shown) or Version(row.since) <= OLDEST


def test_the_version_before_can_be_missing():
    continued = next(row for row in MECHANISMS if row.name == "Continued processing")
    assert shows_before(continued)
    assert not shows_before(dataclasses.replace(continued, snippets=("continued_rules",)))


def test_every_framework_is_in_a_row():
    rooms = {path.parent.name for path in (PACKAGE / "frameworks").glob("*/__init__.py")}
    assert {name for row in MECHANISMS for name in row.frameworks} == rooms


# Apple's names.


@pytest.fixture(scope="module")
def facades():
    """An app that runs, and its phone."""

    async def main(app):
        await app.tapped()

    phone = Phone(ios="27")
    phone.open(main)
    return {"app": phone.app, "phone": phone}


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


APPLE = [pair for row in MECHANISMS for pair in row.apple] + list(ELSEWHERE)
OURS = {ours for _, ours in APPLE}
WITHOUT = [name for names in NO_COUNTERPART.values() for name in names]


@pytest.mark.parametrize("path", sorted(OURS | set(WITHOUT)))
def test_every_name_of_the_table_exists(path, facades):
    first, *rest = path.split(".")
    thing: object = facades.get(first) or getattr(afterswipe, first)
    for name in rest:
        assert name in public(thing), f"{path}: there is no {name}"
        thing = getattr(thing, name)


def unexplained(facades: dict[str, object], known: set[str]) -> set[str]:
    """Public names of the facades, and of the frameworks that hang on `app`, that are not `known`."""
    frameworks = {name.split(".")[1] for name in known if name.startswith("app.") and name.count(".") > 1}
    wanted = {f"{owner}.{name}" for owner, facade in facades.items() for name in public(facade)}
    wanted -= {f"app.{framework}" for framework in frameworks}  # covered by their own names
    for framework in frameworks:
        wanted |= {f"app.{framework}.{name}" for name in public(getattr(facades["app"], framework))}
    return wanted - known


def test_every_public_name_is_apple_s_or_says_why_not(facades):
    assert unexplained(facades, OURS | set(WITHOUT)) == set()
    assert not OURS & set(WITHOUT)
    assert len(WITHOUT) == len(set(WITHOUT))


def test_the_search_for_names_without_a_reason_can_fail(facades):
    known = (OURS | set(WITHOUT)) - {"phone.truth", "app.task_scheduler.cancel", "app.state"}
    assert unexplained(facades, known) == {"phone.truth", "app.task_scheduler.cancel", "app.state"}
