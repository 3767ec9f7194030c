"""The page of the mechanisms, made from the table in `guide.mechanisms`: an overview, and a section with claims and runs for each.

A number in the table's sentences is a placeholder, and filled here from its claim: whoever changes the TOML changes the page.
"""

import ast
import re
from collections.abc import Iterable
from html import escape

from afterswipe import claims
from guide import snippets
from guide.claims import words as claim_words
from guide.errors import BuildError
from guide.mechanisms import ELSEWHERE, MECHANISMS, NO_COUNTERPART, Fact, Mechanism

_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::(since|until))?\}")
_PARTS = (
    ("Who starts it", "who_starts"),
    ("Whose process runs", "whose_process"),
    ("How long", "how_long"),
    ("After a force quit", "force_quit"),
    ("It can", "can"),
    ("It cannot", "cannot"),
)


def page() -> str:
    """The page as Markdown. Raises BuildError for a placeholder that its claim cannot fill."""
    parts = [
        "# Mechanisms",
        "",
        "iOS has no general-purpose mechanism for running an app's code continuously in the background.{claim:life-cycle.no-continuous-background} Each of these gives something else.",
        "",
        "This page is made from a table (`src/guide/mechanisms/table.toml`), its numbers from the claims. “In the model” marks what the simulation does where no claim says it.",
        "",
        *_overview(),
        *(line for row in MECHANISMS for line in _section(row)),
        *_names(),
    ]
    return "\n".join(parts) + "\n"


def fill(text: str) -> str:
    """Put the claims' numbers and versions in the place of `{ID}`, `{ID:since}` and `{ID:until}`, and begin with a capital."""

    def filled(found: re.Match[str]) -> str:
        claim = claims.get(found[1])
        if found[2]:
            words = (claim.since if found[2] == "since" else claim.until).removesuffix(".0")
        else:
            words = claim_words.number(claim.value) if claim.value else ""
        if not words:
            raise BuildError(
                f"{found[0]} in the mechanism table: claim {claim.id} has no {found[2] or 'value'}. "
                "Give it one, or change the sentence in src/guide/mechanisms/table.toml."
            )
        return words

    text = _PLACEHOLDER.sub(filled, text)
    return text[:1].upper() + text[1:]


def anchor(row: Mechanism) -> str:
    """The id of a mechanism's section on the page."""
    return re.sub(r"[^a-z0-9]+", "-", row.name.lower()).strip("-")


def _overview() -> list[str]:
    """Three short columns: Material puts a wide table into a box of its own, and this one fits a phone without."""
    lines = ["| Mechanism | Since | Finishes a story upload? |", "| --- | --- | --- |"]
    for row in MECHANISMS:
        since = f"iOS {row.since}" if row.since else "—"
        lines.append(f"| [{row.name}](#{anchor(row)}) | {since} | {row.story.text}{_markers(row.story)} |")
    return [*lines, "", "A dash means: no claim says since when.", ""]


def _section(row: Mechanism) -> list[str]:
    lines = [f"## {row.name} {{: #{anchor(row)} }}", "", '<dl class="mechanism" markdown="block">']
    for title, field in (("Versions", ""), *_PARTS):
        words = _sentences(getattr(row, field)) if field else _versions(row)
        lines += [f"<dt>{title}</dt>", f'<dd markdown="span">{words}</dd>']
    if row.apple:
        pairs = "; ".join(f"`{apple}` is `{ours}`" for apple, ours in row.apple)
        lines += ["<dt>Names</dt>", f'<dd markdown="span">{pairs}</dd>']
    return [*lines, "</dl>", "", *_runs(row)]


def _versions(row: Mechanism) -> str:
    if not row.first_claim:
        return "Not known: no claim says since when."
    until = f" to iOS {row.until}" if row.until else ""
    return f"Since iOS {row.since}{until}.{{claim:{row.first_claim}}}"


def _sentences(facts: Iterable[Fact]) -> str:
    return " ".join(fill(fact.text) + _markers(fact) for fact in facts)


def _markers(fact: Fact) -> str:
    return "".join(f"{{claim:{claim_id}}}" for claim_id in fact.claims)


def _runs(row: Mechanism) -> list[str]:
    """The snippets: a single one open, several folded, so that the page stays short."""
    lines = [f"{row.not_shown}", ""] if row.not_shown else []
    if len(row.snippets) == 1:
        return [*lines, f"/// snippet | {row.snippets[0]}", "///", ""]
    for name in row.snippets:
        lines += [
            '<details class="mechanism-run" markdown="block">',
            f"<summary>{escape(_what_it_shows(name), quote=False)}</summary>",
            "",
            f"/// snippet | {name}",
            "///",
            "",
            "</details>",
            "",
        ]
    return lines


def _what_it_shows(name: str) -> str:
    """The first sentence at the top of a snippet."""
    words = ast.get_docstring(ast.parse(snippets.source(name))) or name
    return words.split("\n\n")[0].replace("\n", " ")


def _names() -> list[str]:
    """Apple's names that belong to no mechanism, and the package's names that are not Apple's."""
    return [
        "## Names that belong to no mechanism {: #other-names }",
        "",
        "The table above has Apple's symbol beside each name of an app's code. These are left:",
        "",
        *(f"- `{ours}`: {apple}" for apple, ours in ELSEWHERE),
        *(
            f"- {reason} {', '.join(f'`{name}`' for name in names)}"
            for reason, names in NO_COUNTERPART.items()
        ),
    ]
