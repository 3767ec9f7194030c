"""Stage 1, generate: from the model's own tables and the claims to Markdown.

What the site shows about the model is written here and nowhere by hand. The files go where `.gitignore` knows them.
"""

from datetime import date
from pathlib import Path

from afterswipe import claims
from afterswipe.life_cycle import TRANSITIONS, Event, State

from . import claim_pages, mechanisms
from .spec import spec

HEAD = "<!-- Made by guide.generate. Change the model, not this page. -->\n\n"


def generate(docs: Path, *, today: date, site_url: str) -> list[Path]:
    """Write all generated pages below `docs` and return their paths. A file that would not change is not touched."""
    pages = {
        "reference/life-cycle.md": HEAD + life_cycle(),
        "reference/mechanisms.md": HEAD + mechanisms.page(),
        "reference/spec.md": HEAD + spec(),
    }
    for name, text in pages.items():
        _write(docs / name, text)  # first, for a claim's page lists the pages that use it
    pages |= claim_pages.pages(claims.every(), today=today, site_url=site_url, docs=docs)
    for old in (docs / "c").glob("*.md"):  # a claim that was renamed while it was being written
        if f"c/{old.name}" not in pages:
            old.unlink()
    return [_write(docs / name, text) for name, text in pages.items()]


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


def life_cycle() -> str:
    """The transition table as a page: one section for each state, one row for each event."""
    lines = [
        "# The life cycle",
        "",
        "An app has five states, and in two of them none of its code runs.{claim:life-cycle.suspended-runs-no-code}",
        "This page is made from the table that the model runs on (`afterswipe.life_cycle.TRANSITIONS`); it has an answer for every state and every event.",
        "",
        "| | " + " | ".join(state.value for state in State) + " |",
        "| --- |" + " --- |" * len(State),
    ]
    for event in Event:
        cells = (TRANSITIONS[state][event].to for state in State)
        lines.append(
            f"| {event.value} | "
            + " | ".join(
                "·" if to is state else f"**{to.value}**" for state, to in zip(State, cells, strict=True)
            )
            + " |"
        )
    lines += ["", "A dot means: the state stays as it is.", ""]
    for state in State:
        runs = "The process has run time." if state.runs else "No code of the app runs."
        lines += [
            f"## {state.value.capitalize()}",
            "",
            runs,
            "",
            "| What happens | The app becomes | It is told | Why |",
            "| --- | --- | --- | --- |",
        ]
        for event in Event:
            step = TRANSITIONS[state][event]
            marker = f"{{claim:{step.claim}}}" if step.claim else ""
            lines.append(f"| {event.value} | {step.to.value} | {step.told or '—'} | {step.why}{marker} |")
        lines.append("")
    return "\n".join(lines)
