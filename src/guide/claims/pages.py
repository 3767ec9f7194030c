"""The pages made from the claims: one for each claim, and the index of all.

The builder makes one empty page of a claim, the *shell* (`c/shell.md`); the finish stage puts each claim's article into
a copy of it. Four hundred pages are the same page with another article, and no builder has to make it four hundred times.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from afterswipe.claims.sources import Claim, Source
from guide import snippets
from guide.templating import markup, render

from . import instead, words
from .axis import axis
from .data import cite
from .dispute import form
from .links import Links, link
from .said import said
from .schema import MECHANISMS

SHELL = "c/shell.md"
"""The page of the shell below docs/, and the words in it for which a claim's own are put."""
TITLE, DESCRIPTION, ARTICLE = "shell-of-a-claim", "description-of-a-claim", "article-of-a-claim"

SEARCH = 0.001
"""How much a claim's page counts in the search: hundreds of short pages whose title is the sentence would hide the chapters."""

_MENTION = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")


@dataclass(frozen=True)
class Page:
    """A claim's page: what its head says, and its article as HTML."""

    title: str
    description: str
    article: str


def pages(
    claims: Sequence[Claim], *, today: date, site_url: str, docs: Path | None = None
) -> dict[str, Page]:
    """The page of every claim, by id. `today` decides which are overdue; `docs` is searched for the pages that use a claim."""
    links = link(claims, docs)
    return {claim.id: _page(claim, links, today, site_url) for claim in claims}


def sources(claims: Sequence[Claim]) -> dict[str, str]:
    """What the builder makes a page of: path below docs/ -> Markdown."""
    shell = {"title": TITLE, "description": DESCRIPTION, "hide": ["toc"], "search": {"exclude": True}}
    return {SHELL: f'{_front_matter(shell)}<h1 id="{ARTICLE}"></h1>\n', "claims.md": _index(claims)}


def _page(claim: Claim, links: Links, today: date, site_url: str) -> Page:
    """The parts come in the order in which a reader who got the link needs them."""
    one = said(claim, today)
    picture = axis(claim).strip().replace("<svg ", '<svg class="claim-axis" ', 1)
    article = render(
        "claim.html",
        claim=claim,
        said=one,
        banners=_banners(claim, links, today),
        axis=Markup(picture),  # noqa: S704 - our own drawing
        cite=words.marked_up(cite(claim, site_url)["text"]),
        change_our_mind=_mentions(claim.change_our_mind, links.claims),
        sources=[_source(source, gap=claim.kind == "gap") for source in claim.source],
        snippets=[snippets.element(name) for name in claim.demonstrated_by],
        relations=_relations(claim, links),
        instead=words.marked_up(instead.remedies().get(claim.id, "")),
        note="" if one.answer else _mentions(claim.note, links.claims),  # the banner has said it
        used_in=[(title, _address(path)) for title, path in links.used_in.get(claim.id, ())],
        history=[
            {"date": change.date, "day": words.day(change.date), "change": change.change, "note": change.note}
            for change in claim.history
        ],
        review_by=words.day(claim.review_by),
        dispute=form(claim, site_url),
    )
    return Page(one.title, one.description, article)


def _banners(claim: Claim, links: Links, today: date) -> Markup:
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


def _source(source: Source, *, gap: bool) -> dict[str, object]:
    open_still = gap and source.supports != "contradicts"
    return {
        "url": source.url,
        "title": source.title,
        "publisher": source.publisher,
        "type": words.TYPES[source.type],
        "retrieved": source.retrieved,
        "day": words.day(source.retrieved),
        "kind": source.supports,
        "supports": "leaves it open" if open_still else words.SUPPORTS[source.supports],
        "quote": source.quote,
        "whose": words.whose_words(source),
    }


def _relations(claim: Claim, links: Links) -> list[tuple[str, str, list[object]]]:
    parts = [
        ("premises", "Follows from", claim.derived_from),
        ("conclusions", "What follows from it", links.conclusions.get(claim.id, ())),
        ("refuted-by", "Refuted by", claim.refuted_by),
        ("refutes", "Refutes", links.refutes.get(claim.id, ())),
        ("replaces", "Replaces", links.replaces.get(claim.id, ())),
    ]
    return [
        (anchor, title, [said(links.claims[other]) for other in ids if other in links.claims])
        for anchor, title, ids in parts
        if ids
    ]


def _mentions(text: str, known: Mapping[str, Claim]) -> Markup:
    """Text in which every id of a claim is a link to it."""
    return Markup(  # noqa: S704 - escaped by `marked_up`, and an id needs no escape
        _MENTION.sub(
            lambda found: (
                f'<a href="../{found[0]}/"><code>{found[0]}</code></a>' if found[0] in known else found[0]
            ),
            str(words.marked_up(text)),
        )
    )


def _address(path: str) -> str:
    """The address of a page of the guide, seen from a claim's page."""
    name = path.removesuffix(".md").removesuffix("index")
    return "../../" + (f"{name}/" if name and not name.endswith("/") else name)


def _front_matter(head: Mapping[str, object]) -> str:
    """YAML's flow form is JSON, so nothing in a sentence can break out of it."""
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
    return "\n".join(
        ["---", *lines, "---", "", "<!-- Made by guide.claims.pages. Change the claim. -->", "", ""]
    )


def _index(claims: Sequence[Claim]) -> str:
    """All claims below headings by mechanism, readable and linked without JavaScript."""
    groups = [
        (mechanism, MECHANISMS[mechanism], [(claim, said(claim)) for claim in group])
        for mechanism, group in words.by_mechanism(claims).items()
    ]
    head = {
        "title": "Claims",
        "description": f"{len(claims)} sentences about what iOS does with an app's work, each with what it rests on, its versions and a permanent link.",
        "hide": ["toc"],
    }
    return _front_matter(head) + render("claims_index.html", count=len(claims), groups=groups) + "\n"
