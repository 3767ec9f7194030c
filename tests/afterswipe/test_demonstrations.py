"""A demonstration rests on its claims: with the claim's number changed or its rule taken back, what it shows changes too."""

import inspect
import re

import pytest

from afterswipe import AfterSwipeError, claims
from afterswipe.claims.rules import Rules
from afterswipe.claims.sources import Claim
from guide import snippets
from tests.golden import making

from .plants import PLANTS, Patch, change, plant, take_back

DEMONSTRATED = [claim for claim in claims.every() if claim.demonstrated_by]
LINES_MAX = 10


def flip(patch: Patch, claim: Claim) -> None:
    """The claim with twice its number, or with its rule taken back."""
    if claim.value is None or claim.id in PLANTS:
        take_back(patch, claim.id)
    else:
        change(patch, **{claim.id: 2 * claim.value.quantity})


def shown(name: str) -> tuple[str, tuple[str, ...]]:
    """What a snippet shows, or the error of ours that ends it. Any other error is a mistake in the plant, and ends the test."""
    try:
        output = snippets.run(snippets.FOLDER / f"{name}.py")
    except AfterSwipeError as failure:
        return (repr(failure), ())
    return (output.text, output.pictures)


def accepted(name: str) -> tuple[str, tuple[str, ...]]:
    output = snippets.accepted(name)
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
def test_a_flipped_claim_breaks_its_demonstrations(claim: Claim, monkeypatch: Patch):
    flip(monkeypatch, claim)
    for name in claim.demonstrated_by:
        assert shown(name) != accepted(name), (
            f"{name} shows the same without {claim.id}. If the model only cites it, write a plant in tests/afterswipe/plants."
        )


@pytest.mark.parametrize("name", making.with_a_phone())
def test_a_snippet_rests_on_no_claim_that_it_does_not_ask_for(name: str, monkeypatch: Patch):
    """With every other demonstrated claim flipped at once, it shows the same."""
    ask = Rules.claim
    asked: set[str] = set()

    def noted(self: Rules, claim_id: str) -> Claim:
        asked.add(claim_id)
        return ask(self, claim_id)

    monkeypatch.setattr(Rules, "claim", noted)
    shown(name)
    for claim in DEMONSTRATED:
        if claim.id not in asked:
            flip(monkeypatch, claim)
    assert shown(name) == accepted(name)


def test_every_plant_is_of_a_demonstrated_claim_and_short():
    demonstrated = {claim.id for claim in DEMONSTRATED}
    assert set(PLANTS) <= demonstrated
    for claim_id, taken_back in PLANTS.items():
        lines = [line for line in inspect.getsource(taken_back).splitlines() if not line.startswith("@")]
        assert len(lines) <= LINES_MAX, f"the plant of {claim_id} has {len(lines)} lines"


def test_one_claim_has_one_plant():
    with pytest.raises(AssertionError, match="has a plant already"):
        plant("a.rule")(plant("a.rule")(lambda patch: None))
    del PLANTS["a.rule"]
