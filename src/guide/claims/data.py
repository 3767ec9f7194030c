"""The claims as data files of the site: JSON and Markdown for each claim, `claims.json`, `llms.txt`.

Everything here is a function of the claims, the site's address and the day that is passed in. A second run writes the
same bytes.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import afterswipe
from afterswipe.claims.sources import Claim
from guide.claims.schema import SCHEMA

from . import words as claim_words
from .axis import versions
from .said import said
from .schema import EVIDENCE, MECHANISMS

NAME = "After the Swipe"
"""The site's name, as it stands in a citation."""

ABSTRACT = (
    "A guide to what happens to an iOS app's work after the user swipes it away, and what a Live Activity has to do with it. "
    "Every sentence about iOS is a claim with an id, a source, the versions it holds for, and an evidence level."
)

_HOW_TO_CITE = (
    "Cite a sentence by its claim's permanent address, and keep its evidence level: a report is not a fact, "
    "and a sentence marked as wrong is listed to be refuted."
)

_BIBTEX = str.maketrans({char: f"\\{char}" for char in "&%$#_{}"} | {"\\": "", "~": " ", "^": " "})


def write(
    site: Path,
    claims: Sequence[Claim],
    site_url: str,
    today: date,
    guide: Sequence[tuple[str, str, str]],
) -> list[Path]:
    """Write all data files into the site and return their paths. `guide` has title, path and description of the other pages."""
    entries = [entry(claim, site_url, today) for claim in claims]
    files = {
        "claims.json": _json(
            {
                "schema": SCHEMA,
                "generated_from": f"afterswipe {afterswipe.__version__}",
                "site": site_url,
                "claims": entries,
            }
        ),
        "llms.txt": llms_txt(claims, site_url, guide),
    }
    for claim, data in zip(claims, entries, strict=True):
        files[f"c/{claim.id}.json"] = _json(data)
        files[f"c/{claim.id}.md"] = twin(claim, site_url, today)
    (site / "c").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (site / name).write_text(text, encoding="utf-8")
    return [site / name for name in files]


def address(claim_id: str, site_url: str) -> str:
    """The permanent address of a claim."""
    return f"{_base(site_url)}c/{claim_id}/"


def entry(claim: Claim, site_url: str, today: date) -> dict[str, Any]:
    """A claim as JSON: the whole of `/c/<id>.json`, and an entry of `claims.json`."""
    plain = asdict(claim)
    return {
        "schema": SCHEMA,
        "id": claim.id,
        "url": address(claim.id, site_url),
        "statement": claim.statement,
        "badge": EVIDENCE[claim.evidence],
        **{key: plain[key] for key in ("evidence", "status", "mechanism", "kind")},
        **{key: plain[key] for key in ("since", "until", "since_precision", "conditions", "value")},
        "sources": plain["source"],
        **{key: plain[key] for key in ("derived_from", "refuted_by", "superseded_by", "demonstrated_by")},
        **{key: plain[key] for key in ("change_our_mind", "note", "review_by")},
        "overdue": claim_words.overdue(claim, today),
        "history": plain["history"],
        "card": f"{_base(site_url)}cards/{claim.id}.png",
        "cite": cite(claim, site_url),
        "said": said(claim, today).to_json(),
    }


def cite(claim: Claim, site_url: str) -> dict[str, str]:
    """The three forms for copying. A claim that is not current says so first, so that no wrong sentence goes around as ours."""
    url, last = address(claim.id, site_url), claim.history[-1]
    warning = claim_words.warning(claim)
    first = f"{warning}: " if warning else ""
    key = f"Claim {claim.id}, revision {len(claim.history)}"
    return {
        "text": f"{first}“{claim.statement}” {NAME}, claim {claim.id}, revision {len(claim.history)} ({last.date}), {url}",
        "markdown": f"{first}[{re.sub(r'([\\\[\]*_`<])', r'\\\1', claim.statement)}]({url})",
        "bibtex": "\n".join(
            (
                f"@misc{{afterswipe:{claim.id},",
                f"  title = {{{{{(first + claim_words.plain(claim.statement)).translate(_BIBTEX)}}}}},",
                f"  author = {{{{The {NAME} authors}}}},",
                f"  year = {{{last.date.year}}},",
                f"  note = {{{key} ({last.date}), {EVIDENCE[claim.evidence]}}},",
                f"  url = {{{url}}}",
                "}",
            )
        ),
    }


def twin(claim: Claim, site_url: str, today: date) -> str:
    """The Markdown twin of a claim's page, for programs and for people who read plain text."""
    warning = claim_words.warning(claim)
    facts = [f"- Evidence: {EVIDENCE[claim.evidence]} ({claim.evidence})", f"- Status: {claim.status}"]
    facts += [f"- About: {MECHANISMS[claim.mechanism]}"]
    facts += [f"- Versions: {versions(claim)}"] if versions(claim) else []
    facts += [f"- Value: {claim_words.number(claim.value)}"] if claim.value else []
    facts += [f"- Condition: {condition}" for condition in claim.conditions]
    facts += [f"- Permanent address: {address(claim.id, site_url)}"]
    if claim_words.overdue(claim, today):
        days = (today - claim_words.last_checked(claim)).days
        facts += [f"- Last checked {days} days ago; a review was due by {claim.review_by}"]
    parts = [f"# {f'{warning}: ' if warning else ''}{claim.statement}", "\n".join(facts)]
    if claim.superseded_by:
        parts.append(f"Successor: {_to(claim.superseded_by, site_url)}")
    parts += _twin_sections(claim, site_url)
    return "\n\n".join(parts) + "\n"


def _twin_sections(claim: Claim, site_url: str) -> list[str]:
    def related(ids: Sequence[str]) -> str:
        return "\n".join(f"- {_to(claim_id, site_url)}" for claim_id in ids)

    sources = "\n".join(
        f"{number}. [{source.title}]({source.url}), {source.publisher}, {claim_words.TYPES[source.type]}, "
        f"read on {source.retrieved}, {claim_words.SUPPORTS[source.supports]}."
        + (f" {claim_words.whose_words(source)}: “{source.quote}”" if source.quote else "")
        for number, source in enumerate(claim.source, 1)
    )
    history = "\n".join(
        f"- {change.date}: {change.change}{f'. {change.note}' if change.note else ''}"
        for change in claim.history
    )
    sections = {
        "Sources": sources,
        "Follows from": related(claim.derived_from),
        "Refuted by": related(claim.refuted_by),
        "The test that would tell"
        if claim.kind == "gap"
        else "What would change our mind": claim.change_our_mind,
        "Note": claim.note,
        "History": history,
    }
    return [f"## {heading}\n\n{text}" for heading, text in sections.items() if text]


def _to(claim_id: str, site_url: str) -> str:
    return f"[{claim_id}]({address(claim_id, site_url)})"


def llms_txt(claims: Sequence[Claim], site_url: str, guide: Sequence[tuple[str, str, str]]) -> str:
    """The list for language models: the guide's pages (title, path, description), then the claims by mechanism."""
    base = _base(site_url)
    lines = [f"# {NAME}", "", f"> {ABSTRACT}", ""]
    lines += [
        _HOW_TO_CITE,
        "",
        "## The guide",
        "",
        *(f"- [{title}]({base}{path}){f': {text}' if text else ''}" for title, path, text in guide),
        "",
        "## Data",
        "",
        f"- [claims.json]({base}claims.json): all claims with sources, versions and citations",
    ]
    for mechanism, group in claim_words.by_mechanism(claims).items():
        lines += ["", f"## Claims: {MECHANISMS[mechanism]}", ""]
        lines += [_line(claim, base) for claim in group]
    return "\n".join(lines) + "\n"


def _line(claim: Claim, base: str) -> str:
    words = claim_words.STATUS_WORDS.get(claim.status)
    holds = versions(claim)
    facts = ", ".join(filter(None, (words, EVIDENCE[claim.evidence], holds)))
    return f"- [{claim.statement}]({base}c/{claim.id}.md): {facts}"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=_iso) + "\n"


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON.")


def _base(site_url: str) -> str:
    return site_url if site_url.endswith("/") else f"{site_url}/"
