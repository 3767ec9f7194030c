"""The pages made from the claims: one for each claim, and the index of all.

Everything is raw HTML inside Markdown, escaped here, so that nothing in a claim is read as Markdown; only the
demonstrations are Markdown blocks (`/// snippet | NAME`), and the page script adds copy buttons and the filter.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

from afterswipe.claims.sources import MECHANISMS, Claim, Source

from . import banners as claim_banners
from . import words as claim_words
from .axis import axis, versions
from .data import cite
from .feed import FILE as FEED
from .links import Links, link

_SEARCH = 0.001
"""How much a claim's page counts in the search: hundreds of short pages whose title is the sentence would hide the chapters."""

_MENTION = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")


def pages(claims: Sequence[Claim], *, today: date, site_url: str, docs: Path | None = None) -> dict[str, str]:
    """All pages made from the claims: path below docs/ -> Markdown.

    `today` decides which claims are overdue; `docs` is searched for the pages that use a claim.
    """
    links = link(claims, docs)
    made = {f"c/{claim.id}.md": _claim_page(claim, links, today, site_url) for claim in claims}
    return {"claims.md": _index(claims), **made}


def _claim_page(claim: Claim, links: Links, today: date, site_url: str) -> str:
    """A claim's page. The parts come in the order in which a reader who got the link needs them."""
    warning = claim_words.warning(claim)
    statement = claim_words.plain(claim.statement)
    title = f"{warning}: {statement}" if warning else statement
    answer = claim_words.plain(claim_words.answer(claim))
    described = f"{warning}. {answer}" if warning and answer else title
    article = [
        f'<article class="claim-page" data-claim="{claim.id}" data-status="{claim.status}" markdown="block">',
        _block(_kicker(claim)),
        _block(claim_banners.banners(claim, links, today)),
        f'<h1 class="claim-statement" id="statement" data-search-exclude>{claim_words.marked_up(claim.statement)}</h1>',
        _block(_meta(claim)),
        _block(_versions(claim)),
        f'<div class="claim-cite" data-claim="{claim.id}" data-search-exclude><p>{claim_words.marked_up(cite(claim, site_url)["text"])}</p></div>',
        _block(_open_question(claim, links)),
        _block(_sources(claim)),
        _demonstration(claim),
        _block(_relations(claim, links)),
        _block(_rest(claim, links)),
        "</article>",
    ]
    head = {"title": title, "description": described, "hide": ["toc"], "search": {"boost": _SEARCH}}
    return _front_matter(head) + "\n\n".join(part for part in article if part) + "\n"


def _block(html: str) -> str:
    """Raw HTML that Markdown leaves alone and the search does not index: it finds claims by their sentence."""
    return f'<div class="claim-part" data-search-exclude>{html}</div>' if html else ""


def _front_matter(head: Mapping[str, object]) -> str:
    """YAML's flow form is JSON, so nothing in a sentence can break out of it."""
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
    return "\n".join(
        ["---", *lines, "---", "", "<!-- Made by guide.claims.pages. Change the claim. -->", "", ""]
    )


def _kicker(claim: Claim) -> str:
    name = escape(MECHANISMS[claim.mechanism])
    return f'<p class="claim-kicker"><a href="../../claims/">Claims</a> <span aria-hidden="true">/</span> <a href="../../claims/#{claim.mechanism}">{name}</a></p>'


def badges(claim: Claim) -> str:
    """The badge of the evidence level, and before it one for a status other than current."""
    status = claim_words.STATUS_WORDS.get(claim.status)
    first = f'<span class="claim-badge claim-status-{claim.status}">{status}</span> ' if status else ""
    return f'{first}<span class="claim-badge claim-{claim.evidence}">{escape(claim.badge)}</span>'


def _meta(claim: Claim) -> str:
    holds = versions(claim)
    facts = [
        f'<a class="claim-how" href="../../how-we-know/#{claim.evidence}">What “{escape(claim.badge)}” means</a>'
    ]
    if claim.value:
        facts.insert(0, f"<strong>{escape(claim_words.number(claim.value))}</strong>")
    if holds:
        facts.insert(0, f"<span>{escape(holds)}</span>")
    return f'<p class="claim-meta">{badges(claim)} {" ".join(facts)}</p>'


def _versions(claim: Claim) -> str:
    picture = axis(claim)
    if picture:
        picture = picture.strip().replace("<svg ", '<svg class="claim-axis" ', 1)
        picture = f'<div class="claim-axis-box">{picture}</div>'
    if claim.conditions:
        items = "".join(f"<li>{escape(condition)}</li>" for condition in claim.conditions)
        picture += f'<div class="claim-conditions"><p>On condition:</p><ul>{items}</ul></div>'
    return picture


def _open_question(claim: Claim, links: Links) -> str:
    """For a gap the device test comes before the sources: it is what a reader can do."""
    if claim.kind != "gap":
        return ""
    return _section("test", "The test that would tell", _paragraph(claim.change_our_mind, links.claims))


def _sources(claim: Claim) -> str:
    heading = "Where we looked" if claim.kind == "gap" else "What it rests on"
    if not claim.source:
        words = (
            "No source: nobody documents this number. The model needs one, so it is assumed, and shown as assumed."
            if claim.evidence == "assumed"
            else "No source of its own: it follows from the claims below."
        )
        return _section("sources", heading, f"<p>{words}</p>")
    items = "".join(f"<li>{_source(source, gap=claim.kind == 'gap')}</li>" for source in claim.source)
    return _section("sources", heading, f'<ol class="claim-sources">{items}</ol>')


def _source(source: Source, *, gap: bool) -> str:
    supports = claim_words.SUPPORTS[source.supports]
    if gap and source.supports != "contradicts":
        supports = "leaves it open"
    quote = (
        f'<figure class="claim-quote"><figcaption>{escape(claim_words.whose_words(source))}</figcaption>'
        f"<blockquote><p>{escape(source.quote)}</p></blockquote></figure>"
        if source.quote
        else ""
    )
    return (
        f'<p class="claim-source-title"><a href="{escape(source.url)}" rel="external noopener">{escape(source.title)}</a></p>'
        f'<p class="claim-source-facts"><span>{escape(source.publisher)}</span> <span>{claim_words.TYPES[source.type]}</span> '
        f'<span>read on <time datetime="{source.retrieved}">{claim_words.day(source.retrieved)}</time></span> '
        f'<span class="claim-supports claim-supports-{source.supports}">{supports}</span></p>{quote}'
    )


def _relations(claim: Claim, links: Links) -> str:
    parts = [
        ("premises", "Follows from", claim.derived_from),
        ("conclusions", "What follows from it", links.conclusions.get(claim.id, ())),
        ("refuted-by", "Refuted by", claim.refuted_by),
        ("refutes", "Refutes", links.refutes.get(claim.id, ())),
        ("replaces", "Replaces", links.replaces.get(claim.id, ())),
    ]
    return "".join(_section(anchor, heading, claim_list(ids, links)) for anchor, heading, ids in parts if ids)


def claim_list(ids: Sequence[str], links: Links) -> str:
    """A list of links to other claims, each as its sentence with its badges.

    The links are relative and not `claim:ID`, for those lead to a successor, and here the claim itself is meant.
    """
    items = "".join(
        f'<li><a href="../{other.id}/">{claim_words.marked_up(other.statement)}</a> {badges(other)}</li>'
        for other in (links.claims[claim_id] for claim_id in ids if claim_id in links.claims)
    )
    return f'<ul class="claim-links">{items}</ul>'


def _demonstration(claim: Claim) -> str:
    """Markdown, not HTML: the snippets are blocks of our extension."""
    if not claim.demonstrated_by:
        return ""
    blocks = "\n\n".join(f"/// snippet | {name}\n///" for name in claim.demonstrated_by)
    return (
        '<section class="claim-section" markdown="block" data-search-exclude>\n<h2 id="demonstration" data-search-exclude>Demonstration</h2>\n'
        "<p>A run of the model. It shows what follows from the rules; it proves nothing about a phone.</p>\n\n"
        f"{blocks}\n\n</section>"
    )


def _rest(claim: Claim, links: Links) -> str:
    parts = ""
    if claim.note and not claim_words.answer(claim):  # the banner has said it
        parts += _section("note", "Note", _paragraph(claim.note, links.claims))
    if claim.kind != "gap" and claim.change_our_mind:
        heading = "What would change our mind"
        parts += _section("change-our-mind", heading, _paragraph(claim.change_our_mind, links.claims))
    if used := links.used_in.get(claim.id):
        items = "".join(f'<li><a href="{_address(path)}">{escape(title)}</a></li>' for title, path in used)
        parts += _section("used-in", "Where the guide uses it", f"<ul>{items}</ul>")
    return parts + _section("history", "History", _history(claim))


def _history(claim: Claim) -> str:
    rows = "".join(
        f'<li id="r{number}"><time datetime="{change.date}">{claim_words.day(change.date)}</time> '
        f"revision {number}: {escape(change.change)}{'. ' + escape(change.note) if change.note else ''}</li>"
        for number, change in enumerate(claim.history, 1)
    )
    review = f'The next review is due by <time datetime="{claim.review_by}">{claim_words.day(claim.review_by)}</time>.'
    return (
        f'<ol class="claim-history">{rows}</ol><p class="claim-machine">{review} The same for programs: '
        f'<a href="../{claim.id}.json">JSON</a>, <a href="../{claim.id}.md">Markdown</a>. '
        f'<a href="../../how-we-know/#dispute">How to dispute a claim</a>.</p>'
    )


def _section(anchor: str, heading: str, body: str) -> str:
    return (
        f'<section class="claim-section"><h2 id="{anchor}" data-search-exclude>{heading}</h2>{body}</section>'
    )


def _paragraph(text: str, known: Mapping[str, Claim]) -> str:
    """Text as a paragraph, in which every id of a claim is a link to it."""
    linked = _MENTION.sub(
        lambda found: (
            f'<a href="../{found[0]}/"><code>{found[0]}</code></a>' if found[0] in known else found[0]
        ),
        claim_words.marked_up(text),
    )
    return f"<p>{linked}</p>"


def _address(path: str) -> str:
    """The address of a page of the guide, seen from a claim's page."""
    name = path.removesuffix(".md").removesuffix("index")
    return "../../" + (f"{name}/" if name and not name.endswith("/") else name)


def _index(claims: Sequence[Claim]) -> str:
    """All claims below headings by mechanism, readable and linked without JavaScript."""
    groups = claim_words.by_mechanism(claims)
    head = {
        "title": "Claims",
        "description": f"{len(claims)} sentences about what iOS does with an app's work, each with its source, its versions and a permanent link.",
        "hide": ["toc"],
    }
    contents = "".join(
        f'<li><a href="#{mechanism}">{escape(MECHANISMS[mechanism])}<span>{len(group)}</span></a></li>'
        for mechanism, group in groups.items()
    )
    sections = "\n\n".join(
        f'<section class="claim-group" data-mechanism="{mechanism}" data-search-exclude><h2 id="{mechanism}" data-search-exclude>{escape(MECHANISMS[mechanism])}</h2>'
        f'<ul class="claim-list">{"".join(map(_entry, group))}</ul></section>'
        for mechanism, group in groups.items()
    )
    return (
        _front_matter(head)
        + f'<div class="claim-index">\n<h1 id="claims">Claims</h1>\n<p class="lead">{len(claims)} sentences, each with its source, the versions it holds for, and how well it is known. '
        f'<a href="../how-we-know/">How we know</a>. <a href="../{FEED}">What has changed</a>, as a feed.</p>\n<div class="claim-filter" hidden></div>\n'
        f'<nav class="claim-contents" aria-label="Mechanisms" data-search-exclude><ul>{contents}</ul></nav>\n\n{sections}\n</div>\n'
    )


def _entry(claim: Claim) -> str:
    # A link `claim:ID` leads to a successor, and this is the list in which the superseded itself is found.
    address = f"../c/{claim.id}/" if claim.status == "superseded" else f"claim:{claim.id}"
    holds = versions(claim)
    return (
        f'<li id="{claim.id}" data-claim="{claim.id}" data-mechanism="{claim.mechanism}" data-evidence="{claim.evidence}" '
        f'data-status="{claim.status}" data-since="{claim.since}" data-until="{claim.until}">'
        f'<a href="{address}">{claim_words.marked_up(claim.statement)}</a> {badges(claim)}'
        + (f' <span class="claim-versions">{escape(holds)}</span>' if holds else "")
        + "</li>"
    )
