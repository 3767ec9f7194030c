"""Three arguments of a phone change rules: what is supposed, which side of a dispute is followed, and other numbers."""

import pytest

from afterswipe import MB, Phone, UsageError, claims
from afterswipe.claims.rules import NEWEST, OLDEST, Rules, beliefs

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
        ({"claims": {"model.upload-chunk": -1}}, "1 or more"),
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


# Versions that there were.


@pytest.mark.parametrize(
    ("ios", "read"),
    [
        (17, "17"),
        (17.2, "17.2"),
        ("17", "17"),
        ("17.0", "17"),
        ("26.4.2", "26.4.2"),
        ("4.3", "4.3"),
        ("27.1", "27.1"),
    ],
)
def test_a_version_that_there_was_is_taken_as_text_or_number(ios, read):
    assert str(Phone(ios=ios).rules.ios) == read


@pytest.mark.parametrize("ios", ["19", 20, "25", "3", "28", "0", 100])
def test_a_version_that_there_never_was_says_which_there_are(ios):
    with pytest.raises(UsageError, match=r"There is no iOS .* 4, 5, .* 17, 18, 26, 27\."):
        Phone(ios=ios)


@pytest.mark.parametrize(
    ("ios", "last"), [("27.2", "27.1"), ("18.9", "18.7"), ("12.6", "12.5"), (16.8, "16.7")]
)
def test_a_minor_version_that_there_never_was_says_the_last(ios, last):
    with pytest.raises(UsageError, match=f"is {last}"):
        Phone(ios=ios)


@pytest.mark.parametrize("ios", ["", "eighteen", "18.", "-18", None, True, float("nan"), "18 "])
def test_what_is_no_version_is_refused(ios):
    with pytest.raises(UsageError, match="no iOS version"):
        Phone(ios=ios)


def test_the_newest_is_the_newest():
    assert str(NEWEST) == "27.1"
    Phone(ios=str(NEWEST))
    Phone(ios=str(OLDEST))


def test_an_unknown_belief_and_an_unknown_dispute_list_those_that_there_are():
    with pytest.raises(UsageError, match="uploads-survive"):
        Phone(suppose=["uploads survive"])
    with pytest.raises(UsageError, match="relaunch-after-force-quit"):
        Phone(disputes={"location": "report"})
