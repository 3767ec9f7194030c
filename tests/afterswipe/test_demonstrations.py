"""A demonstration rests on its claims: with the claim's number or rule changed, what it shows changes too."""

import dataclasses
import re

import pytest

from afterswipe import claims
from afterswipe.claims import Claim
from afterswipe.claims.rules import Rules
from guide import snippets

DEMONSTRATED = [claim for claim in claims.every() if claim.demonstrated_by]


@pytest.fixture(autouse=True)
def facts_come_back():
    yield
    claims.override({})


def flipped(claim: Claim) -> Claim:
    """The claim with twice its number, or with its rule taken back."""
    if claim.value is not None:
        return dataclasses.replace(
            claim, value=dataclasses.replace(claim.value, quantity=2 * claim.value.quantity)
        )
    return dataclasses.replace(claim, status="retracted")


def shown(name: str) -> tuple[str, tuple[str, ...]]:
    """What a snippet shows, or the error that ends it."""
    try:
        output = snippets.run(snippets.FOLDER / f"{name}.py")
    except Exception as failure:  # noqa: BLE001  # an error is another result
        return (repr(failure), ())
    return (output.text, output.pictures)


def listed(name: str) -> set[str]:
    """The claims that a snippet names at its top."""
    found = re.search(r'Claims: (.*?)\n"""', snippets.source(name), re.DOTALL)
    return set(re.split(r",\s*", found[1].strip())) if found else set()


def test_there_are_at_least_forty():
    assert len(DEMONSTRATED) >= 40


def test_snippets_and_claims_point_at_each_other():
    by_snippet = {(name, claim_id) for name in snippets.names() for claim_id in listed(name)}
    by_claim = {(name, claim.id) for claim in DEMONSTRATED for name in claim.demonstrated_by}
    assert by_snippet == by_claim


@pytest.mark.parametrize("claim", DEMONSTRATED, ids=lambda claim: claim.id)
def test_a_flipped_claim_breaks_its_demonstrations(claim: Claim):
    claims.override({claim.id: flipped(claim)})
    for name in claim.demonstrated_by:
        accepted = snippets.accepted(name)
        assert shown(name) != (accepted.text, accepted.pictures), f"{name} shows the same without {claim.id}"


@pytest.mark.parametrize("name", snippets.names())
def test_a_snippet_rests_on_no_claim_that_it_does_not_ask_for(name: str, monkeypatch):
    """With every other demonstrated claim flipped at once, it shows the same."""
    ask = Rules.claim
    asked: set[str] = set()

    def noted(self: Rules, claim_id: str) -> Claim:
        asked.add(claim_id)
        return ask(self, claim_id)

    monkeypatch.setattr(Rules, "claim", noted)
    shown(name)
    claims.override({claim.id: flipped(claim) for claim in DEMONSTRATED if claim.id not in asked})
    accepted = snippets.accepted(name)
    assert shown(name) == (accepted.text, accepted.pictures)
