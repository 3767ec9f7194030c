"""CITATION.cff, made from what is known already: the project's own data and the claims' history.

It stands at the top of the repository, where code hosts look for it. `make citation` writes it; a test compares.
"""

import tomllib
from pathlib import Path

from afterswipe import claims

_TITLE = "After the Swipe: a Live Activity is a picture, not a process"
_ABSTRACT = (
    "A guide to what happens to an iOS app's work after the user swipes it away, with {count} sourced claims and "
    "examples that run in the page."
)
_MESSAGE = "If you cite a sentence of this guide, cite its claim: every claim has a page of its own with a permanent link."


def citation(root: Path) -> str:
    """The text of CITATION.cff. Its date is that of the last change to a claim."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    every = claims.every()
    changed = max(change.date for claim in every for change in claim.history)
    return "\n".join(
        (
            "# Made by guide.citation. Change pyproject.toml or the claims, then: make citation",
            "cff-version: 1.2.0",
            f'message: "{_MESSAGE}"',
            f'title: "{_TITLE}"',
            f'abstract: "{_ABSTRACT.format(count=len(every))}"',
            "type: software",
            "authors:",
            '  - name: "The After the Swipe authors"',
            f"version: {project['version']}",
            f'date-released: "{changed.isoformat()}"',
            f"license: {project['license']}",
            "keywords:",
            *(f"  - {keyword}" for keyword in project["keywords"]),
            "",
        )
    )
