"""How claims hang together: premises and conclusions, refutations, successors, and the pages that use a claim."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from afterswipe.claims.sources import Claim

MARKER = re.compile(r"\{claim:([^}\s]+)\}")
"""The marker of a sentence's claim in prose, or of several: `{claim:ID}`, `{claim:ID,ID}`."""

GENERATED = ("c/", "claims.md")
"""What is made from the claims below docs/; it uses no claim, it shows them."""

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_HEADING = re.compile(r"^# +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Links:
    """The claims by id, and for each id the ids on the other end of every relation."""

    claims: Mapping[str, Claim]
    conclusions: Mapping[str, tuple[str, ...]]
    refutes: Mapping[str, tuple[str, ...]]
    replaces: Mapping[str, tuple[str, ...]]
    used_in: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Title and docs-relative path of the pages whose prose carries the claim's marker."""


def link(claims: Sequence[Claim], docs: Path | None = None) -> Links:
    """Turn the relations around; with `docs`, look also for the pages that use each claim."""
    return Links(
        {claim.id: claim for claim in claims},
        _turned((premise, claim.id) for claim in claims for premise in claim.derived_from),
        _turned((refuter, claim.id) for claim in claims for refuter in claim.refuted_by),
        _turned((claim.superseded_by, claim.id) for claim in claims if claim.superseded_by),
        _used_in(docs) if docs else {},
    )


def named(text: str) -> list[str]:
    """The ids in the markers of a text, in their order."""
    return [claim_id for marker in MARKER.findall(text) for claim_id in marker.split(",")]


def successor(claims: Mapping[str, Claim], claim_id: str) -> str:
    """The id that a link to this id has to lead to: the last of its successors, or itself. Stops in a circle."""
    seen = {claim_id}
    while (
        (claim := claims.get(claim_id))
        and claim.status == "superseded"
        and claim.superseded_by in claims
        and claim.superseded_by not in seen
    ):
        claim_id = claim.superseded_by
        seen.add(claim_id)
    return claim_id


def prose(docs: Path) -> list[Path]:
    """The pages that are written by hand, or made from the model, sorted; not those made from the claims."""
    return [
        page
        for page in sorted(docs.rglob("*.md"))
        if not page.relative_to(docs).as_posix().startswith(GENERATED)
    ]


def _turned(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    turned: dict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        turned[key].append(value)
    return {key: tuple(sorted(values)) for key, values in turned.items()}


def _used_in(docs: Path) -> dict[str, tuple[tuple[str, str], ...]]:
    used: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page in prose(docs):
        text = page.read_text(encoding="utf-8")
        title = _HEADING.search(_FRONT_MATTER.sub("", text))
        entry = (title[1] if title else page.stem, page.relative_to(docs).as_posix())
        for claim_id in sorted(set(named(text))):
            used[claim_id].append(entry)
    return {key: tuple(values) for key, values in used.items()}
