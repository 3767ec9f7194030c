"""Every rule that stops somebody says what to do instead, or why it need not."""

from dataclasses import replace

from afterswipe import claims
from guide.claims import instead

KNOWN = {claim.id: claim for claim in claims.every()}
RULES = [claim for claim in KNOWN.values() if instead.stops(claim)]


def without(rules: list) -> list[str]:
    """Rules with neither a remedy nor a reason."""
    return [
        claim.id for claim in rules if claim.id not in instead.remedies().keys() | instead.needs_none().keys()
    ]


def test_every_rule_that_stops_somebody_has_a_remedy():
    assert without(RULES) == [], "Add a sentence to src/guide/claims/instead.toml."
    assert len(RULES) > 90


def test_a_rule_without_one_is_seen():
    new = replace(RULES[0], id="life-cycle.planted")
    assert without([*RULES, new]) == ["life-cycle.planted"]


def test_each_entry_is_of_a_claim_that_stops_somebody():
    named = [*instead.remedies(), *instead.needs_none()]
    assert len(named) == len(set(named))
    assert set(named) == {claim.id for claim in RULES}


def test_a_remedy_is_whole_sentences():
    for remedy in instead.remedies().values():
        assert remedy[0].isupper() or remedy[0] == "`"
        assert remedy.endswith(".")


def test_the_page_has_each_rule_with_its_remedy():
    page = instead.page(claims.every())
    for claim_id, remedy in instead.remedies().items():
        assert f"- {KNOWN[claim_id].statement}{{claim:{claim_id}}}\n\n    **So:** {remedy}\n" in page
