"""The linters of the claims: `python -m guide claims`, and a function for the build.

A message names file and line, says what is wrong and what to do, and ends with the rule's name in brackets. The rules
about a claim alone are in `guide.checks.claim_rules`; here are those that need the other files: the ledger of ids, the markers
in pages, snippets and docstrings, and the demonstrations.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from afterswipe.claims.sources import Claim
from afterswipe.errors import AfterSwipeError
from guide import ROOT, snippets
from guide.claims import schema
from guide.claims.links import MARKER, prose

from . import claim_rules
from . import sentences as sentence_lint
from .claim_texts import Place

LEDGER = ROOT / "src/afterswipe/claims/ids.txt"
"""Every id that was ever given. A line is never removed; a new claim adds one."""

_IN_CODE = re.compile(r"\bclaims?[ \n]+`?(?:[\"']?)([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
_LIST = re.compile(r"\bClaims: ((?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:,\s+|\b))+)")
_LITERAL = re.compile(r"[\"']([a-z0-9-]+(?:\.[a-z0-9-]+)+)[\"']")


@dataclass(frozen=True)
class Files:
    """Everything that the linters read, and the day on which they read it."""

    claims: Sequence[Claim]
    docs: Path
    snippets: Path
    ledger: Path
    today: date
    package: Path

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by id."""
        return {claim.id: claim for claim in self.claims}

    @cached_property
    def ids_in_ledger(self) -> list[str]:
        """The ledger's lines; empty where there is no ledger."""
        return self.ledger.read_text(encoding="utf-8").splitlines() if self.ledger.is_file() else []

    @cached_property
    def code(self) -> str:
        """The whole text of the package."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.package.rglob("*.py")))

    def at(self, claim: Claim, place: Place) -> str:
        """Where a claim's file says something, as `path:line`."""
        path = self.package / "claims" / "data" / f"{claim.id}.toml"
        line = place.line(path.read_text(encoding="utf-8")) if path.is_file() else 1
        return f"{_shown(path)}:{line}"


def check(
    claims: Sequence[Claim],
    docs: Path,
    snippets: Path,
    ledger: Path,
    today: date,
    *,
    package: Path = ROOT / "src/afterswipe",
) -> list[str]:
    """Run every linter and return the messages, none where all is well. `today` decides about overdue reviews."""
    files = Files(claims, docs, snippets, ledger, today, package)
    found = [
        f"{files.at(claim, place)}: {message} [{name}]"
        for claim in claims
        for name, rule in claim_rules.RULES.items()
        for place, message in rule(claim, files.by_id, today)
    ]
    found += [f"{message} [{name}]" for name, rule in RULES.items() for message in rule(files)]
    return found


def unique_ids(files: Files) -> Iterator[str]:
    """No id stands for two claims."""
    for claim_id, count in Counter(claim.id for claim in files.claims).items():
        if count > 1:
            where = files.at(files.by_id[claim_id], Place("id"))
            yield f"{where}: {count} claims have the id {claim_id!r}. Give all but the oldest another id, and its file that name."


def ids_stay(files: Files) -> Iterator[str]:
    """An id that was once given is never removed, for somebody may have cited it."""
    for line, claim_id in enumerate(files.ids_in_ledger, 1):
        if claim_id not in files.by_id:
            yield (
                f"{_shown(files.ledger)}:{line}: the claim {claim_id!r} is gone, and links to it must work for ever. "
                "Bring its file back and set its status to superseded, retracted or refuted."
            )


def ids_are_registered(files: Files) -> Iterator[str]:
    """A new id is added to the ledger, and the ledger is sorted and has each id once."""
    known = set(files.ids_in_ledger)
    for claim in files.claims:
        if claim.id not in known:
            where = files.at(claim, Place("id"))
            yield f"{where}: the id {claim.id!r} is not in {_shown(files.ledger)}. Add it there: python -m guide claims --register"
    if files.ids_in_ledger != sorted(known):
        yield f"{_shown(files.ledger)}:1: the ids are not sorted, or one stands there twice. Run: python -m guide claims --register"


def markers_lead_somewhere(files: Files) -> Iterator[str]:
    """Every marker in a page, a snippet or a docstring has a claim."""
    subjects = {claim_id.partition(".")[0] for claim_id in files.by_id}
    for path, patterns in _marked(files):
        text = path.read_text(encoding="utf-8")
        for pattern in patterns:
            for claim_id, line in _named(pattern, text):
                # In code a word with dots may be something else; in a marker or a list it is meant as an id.
                if claim_id not in files.by_id and (
                    pattern in {MARKER, _LIST} or claim_id.partition(".")[0] in subjects
                ):
                    yield f"{_shown(path)}:{line}: there is no claim {claim_id!r}. Correct the id, or write the claim."


def demonstrations_exist(files: Files) -> Iterator[str]:
    """Every snippet in `demonstrated_by` is there."""
    for claim in files.claims:
        for name in claim.demonstrated_by:
            if not (files.snippets / f"{name}.py").is_file():
                where = files.at(claim, Place("demonstrated_by"))
                yield f"{where}: there is no {_shown(files.snippets)}/{name}.py. Write the snippet, or correct the name."


def demonstrations_name_their_claim(files: Files) -> Iterator[str]:
    """A snippet that demonstrates a claim names its id. That its run rests on the claim is a test (test_demonstrations.py)."""
    for claim in files.claims:
        for name in claim.demonstrated_by:
            path = files.snippets / f"{name}.py"
            if path.is_file() and claim.id not in path.read_text(encoding="utf-8"):
                where = files.at(claim, Place("demonstrated_by"))
                yield f"{where}: {_shown(path)} does not name {claim.id}. Name it in the snippet's docstring, or take another snippet."


def demonstrations_point_back(files: Files) -> Iterator[str]:
    """A claim in a snippet's list `Claims: …` names the snippet in its `demonstrated_by`."""
    for path in sorted(files.snippets.glob("*.py")):
        for claim_id, line in _named(_LIST, path.read_text(encoding="utf-8")):
            claim = files.by_id.get(claim_id)
            if claim and path.stem not in claim.demonstrated_by:
                yield (
                    f"{_shown(path)}:{line}: the snippet lists {claim_id}, and that claim does not list the snippet. "
                    f'Add "{path.stem}" to its demonstrated_by, or take the id out of the list.'
                )


def assumptions_are_used(files: Files) -> Iterator[str]:
    """An assumed number is there for the model alone, so the model uses it."""
    for claim in files.claims:
        if claim.evidence == "assumed" and f'"{claim.id}"' not in files.code:
            where = files.at(claim, Place("evidence"))
            yield f"{where}: the model does not use this assumption. Use it in {_shown(files.package)}, or set its status to retracted."


def opinions_stay_out(files: Files) -> Iterator[str]:
    """No run rests on a view."""
    for claim in files.claims:
        if claim.evidence == "opinion" and f'"{claim.id}"' in files.code:
            where = files.at(claim, Place("evidence"))
            yield f"{where}: the model uses this claim, and it is an opinion. Take a claim about a fact, or an assumption, in its place."


def _marked(files: Files) -> Iterator[tuple[Path, tuple[re.Pattern[str], ...]]]:
    """The files in which claims are named, each with the forms in which that is done there."""
    for path in prose(files.docs):
        yield path, (MARKER,)
    for path in sorted(files.snippets.rglob("*.*")):
        if path.suffix in {".py", ".swift"}:
            yield path, (MARKER, _IN_CODE, _LIST)
    for path in sorted(files.package.rglob("*.py")):
        yield path, (MARKER, _IN_CODE, _LIST, _LITERAL)


def _named(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    """Every id that a pattern finds, with its line. A list gives all of its ids."""
    for found in pattern.finditer(text):
        for part in re.finditer(r"[^,\s]*[^,\s-](?![^,\s])", found[1]):  # "model.person-*" is a family, no id
            yield part[0], text.count("\n", 0, found.start(1) + part.start()) + 1


def _shown(path: Path) -> str:
    """A path as people see it: from the repository's root."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


RULES: dict[str, Callable[[Files], Iterator[str]]] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        unique_ids,
        ids_stay,
        ids_are_registered,
        markers_lead_somewhere,
        demonstrations_exist,
        demonstrations_name_their_claim,
        demonstrations_point_back,
        assumptions_are_used,
        opinions_stay_out,
    )
}
"""Every rule about the files together, by the name that stands at the end of its messages."""


def register(claims: Sequence[Claim], ledger: Path) -> list[str]:
    """Add the ids that are not yet in the ledger, and return them. Nothing is taken out."""
    known = set(ledger.read_text(encoding="utf-8").split()) if ledger.is_file() else set()
    added = sorted({claim.id for claim in claims} - known)
    ledger.write_text("".join(f"{claim_id}\n" for claim_id in sorted(known | set(added))), encoding="utf-8")
    return added


def main(*, register_new: bool = False) -> int:
    """Check the claims of this checkout; with `register_new`, add new ids to the ledger first."""
    try:
        claims = schema.check()
    except AfterSwipeError as wrong:
        print(f"src/afterswipe/claims/data/{wrong}", file=sys.stderr)
        return 1
    if register_new:
        for claim_id in register(claims, LEDGER):
            print(f"registered {claim_id}")
    messages = check(claims, ROOT / "docs", snippets.FOLDER, LEDGER, datetime.now(UTC).date())
    pages = sentence_lint.pages(ROOT)
    messages += sentence_lint.check(pages, ROOT) + sentence_lint.check_marks(pages, ROOT)
    for message in messages:
        print(message, file=sys.stderr)
    print(f"{len(claims)} claims, {len(messages)} problems")
    return 1 if messages else 0
