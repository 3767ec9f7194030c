"""What a claim's page says before its sentence: that it is wrong, withdrawn, in dispute, unknown, or long not looked at."""

from datetime import date

from markupsafe import Markup

from afterswipe.claims.sources import Claim
from guide.templating import markup

from . import words
from .links import Links
from .said import said


def banners(claim: Claim, links: Links, today: date) -> Markup:
    """All banners of a claim's page, the gravest first; empty where the claim stands and is up to date."""
    checked, last = words.last_checked(claim), claim.history[-1]
    refuters = (links.claims[other] for other in claim.refuted_by if other in links.claims)
    instead = words.marked_up(words.answer(claim)) or Markup(" ").join(
        words.marked_up(one.statement) for one in refuters
    )
    successor = links.claims.get(claim.superseded_by)
    return markup(
        "banners.html",
        status=claim.status,
        instead=instead,
        successor=said(successor) if successor else None,
        withdrawn=words.day(last.date),
        why=last.note,
        is_gap=claim.kind == "gap",
        overdue_days=(today - checked).days if words.overdue(claim, today) else 0,
        checked=words.day(checked),
        checked_date=checked,
        due=words.day(claim.review_by),
    )
