"""Three arguments of a phone change rules: what is supposed, which side of a dispute is followed, and other numbers."""

import pytest

from afterswipe import MB, Phone, UsageError, claims
from afterswipe.claims.rules import Rules, beliefs

CARD, CARD_RULE = "story-upload.folklore-live-activity-keeps-it-going", "live-activity.gives-no-run-time"
QUIT = "force-quit.uploads-survive"


def test_six_beliefs_can_be_supposed_and_each_displaces_rules_that_there_are():
    assert len(beliefs()) == 6
    for belief in map(claims.get, beliefs()):
        assert belief.status == "refuted"
        assert all(claims.get(rule).status == "current" for rule in belief.displaces)


def test_a_displaced_rule_does_not_hold_and_is_no_reason():
    rules = Rules("18", suppose=[CARD])
    rules.cite("life-cycle.states")
    rules.cite(CARD_RULE)
    assert not rules.holds(CARD_RULE)
    assert rules.holds("live-activity.starts-in-foreground")
    assert list(rules.used) == [CARD, "life-cycle.states", "live-activity.starts-in-foreground"]


def test_two_beliefs_that_displace_one_rule_are_refused(monkeypatch):
    import dataclasses

    from afterswipe.claims import rules

    both = dataclasses.replace(rules.rule(CARD), displaces=("force-quit.cancels-background-transfers",))
    rule = rules.rule
    monkeypatch.setattr(rules, "rule", lambda claim_id: both if claim_id == CARD else rule(claim_id))
    with pytest.raises(UsageError, match=r"both displace force-quit\.cancels-background-transfers"):
        Phone(suppose=[CARD, QUIT])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"suppose": ["the earth is flat"]}, QUIT),
        ({"suppose": [CARD_RULE]}, CARD),
        ({"disputes": {CARD_RULE: "report"}}, "force-quit.stops-processing-tasks"),
        ({"disputes": {"force-quit.stops-processing-tasks": "me"}}, "document, report"),
        ({"claims": {CARD_RULE: 3}}, "model.upload-chunk"),
        ({"claims": {"model.upload-chunk": -1}}, "0 or more"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(arguments, named):
    with pytest.raises(UsageError, match=named.replace(".", r"\.")):
        Phone(**arguments)


def test_a_document_is_followed_unless_the_report_is_chosen():
    document, report = "force-quit.stops-processing-tasks", "live-activity.stale-view-after-termination"
    assert Rules("26.4").holds(document)
    assert not Rules("26.4").holds(report)
    other = Rules("26.4", disputes={document: "report", report: "report"})
    assert not other.holds(document)
    assert other.holds(report)


def test_another_number_is_in_the_unit_of_its_claim():
    assert (
        Rules("18", claims={"background-assertion.duration": 100}).milliseconds(
            "background-assertion.duration"
        )
        == 100_000
    )
    assert Phone(claims={"model.upload-chunk": MB}).rules.number("model.upload-chunk") == MB
