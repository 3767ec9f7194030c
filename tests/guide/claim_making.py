"""Claims for the tests: a sound one, and the same with changes."""

from dataclasses import replace
from datetime import date
from typing import Any

from afterswipe.claims.catalogue import Value
from afterswipe.claims.sources import Change, Claim, Source

TODAY = date(2026, 11, 21)
SITE = "https://guide.example/"

SOURCE = Source(
    "doc",
    "Displaying live data with Live Activities",
    "Apple",
    "https://developer.apple.com/documentation/activitykit/displaying-live-data-with-live-activities",
    TODAY,
    "it stays on the Lock Screen",
)

SOUND = Claim(
    id="base.current",
    statement="A Live Activity stays on the Lock Screen.",
    kind="presence",
    mechanism="live-activity",
    since="16.1",
    until="",
    since_precision="exact",
    conditions=(),
    evidence="normative",
    status="current",
    derived_from=(),
    refuted_by=(),
    superseded_by="",
    demonstrated_by=(),
    change_our_mind="A device log that shows the opposite.",
    note="",
    review_by=date(2027, 6, 30),
    history=(Change(TODAY, "created", ""),),
    source=(SOURCE,),
)

CONTRADICTING = replace(SOURCE, supports="contradicts", quote="no, it does not")

RETRACTED = replace(
    SOUND,
    id="base.retracted",
    status="retracted",
    history=(*SOUND.history, Change(TODAY, "retracted", "The device log was misread.")),
)


def claim(**changes: Any) -> Claim:
    """The sound claim with changes."""
    return replace(SOUND, **changes)


def one_of_each() -> dict[str, Claim]:
    """A claim for every status and for every kind that a page treats in its own way."""
    after = (*SOUND.history, Change(date(2026, 12, 1), "superseded", "Apple changed the rule."))
    claims = [
        SOUND,
        RETRACTED,
        claim(
            id="is.limit",
            kind="limit",
            value=Value(30, "s", "typical"),
            conditions=("the app was not force quit",),
        ),
        claim(id="is.inferred", evidence="inferred", derived_from=("base.current",), source=()),
        claim(id="is.assumed", evidence="assumed", source=(), note="Chosen."),
        claim(
            id="is.refuted",
            evidence="reported",
            status="refuted",
            refuted_by=("base.current",),
            note="What is so instead: the card is a picture.",
            source=(SOURCE, CONTRADICTING),
        ),
        claim(id="is.disputed", status="disputed", source=(SOURCE, CONTRADICTING)),
        claim(id="is.unverified", evidence="reported", status="unverified", note="General knowledge."),
        claim(id="is.superseded", status="superseded", superseded_by="base.current", history=after),
        claim(
            id="is.gap",
            kind="gap",
            evidence="not-found",
            change_our_mind="Count the pictures on a device.",
            source=(replace(SOURCE, supports="partly"),),
        ),
    ]
    return {one.id: one for one in claims}
