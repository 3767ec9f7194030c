"""Stage 1, generate: from the model's own tables and the claims to Markdown.

What the site shows about the model is written here and nowhere by hand. The files go where `.gitignore` knows them.
"""

from datetime import date
from pathlib import Path

from afterswipe import claims
from afterswipe.kernel.life_cycle import TRANSITIONS, Event, State
from guide import sample_feed
from guide.claims import pages as claim_pages
from guide.swift import symbols as apple_symbols

from . import choosing, faults, history, mechanisms, not_known
from .spec import spec

HEAD = "<!-- Made by guide.pages.generate. Change the model, not this page. -->\n\n"
REFERENCE = "---\ndescription: {}\nsearch:\n  boost: 0.2\n---\n\n" + HEAD
"""Before a page of reference: the search finds it after the chapters, which say the same in whole sentences."""


def generate(docs: Path, *, today: date, site_url: str) -> list[Path]:
    """Write all generated pages below `docs`, and the feed that the site serves, and return their paths. A file that would not change is not touched."""
    pages = {
        "reference/life-cycle.md": REFERENCE.format(
            "The states of an app on iOS and what happens to it, event by event, from the table that the model runs on."
        )
        + life_cycle(),
        "reference/mechanisms.md": REFERENCE.format(
            "Every way to get work done on iOS without the app in front. Who starts it, whose process runs, how long, what a force quit does."
        )
        + mechanisms.page(),
        "reference/spec.md": REFERENCE.format(
            "What the model of the phone promises, with the test that enforces each sentence, and what it leaves out."
        )
        + spec(),
        "reference/apple-symbols.md": REFERENCE.format(
            "Every symbol of Apple's that the Swift of this guide names, with its framework and the iOS version with which it came."
        )
        + apple_symbols.page(),
        "reference/faults.md": REFERENCE.format(
            "What a sync has to survive, fault by fault. What happens, the required answer, and the test that asks for it."
        )
        + faults.page(),
        "choosing.md": choosing.page(),
        "how-it-came-to-be.md": history.page(),
        "reference/not-known.md": not_known.page(claims.every()),
    }
    for name, text in pages.items():
        _write(docs / name, text)  # first, for a claim's page lists the pages that use it
    pages |= claim_pages.pages(claims.every(), today=today, site_url=site_url, docs=docs)
    for old in (docs / "c").glob("*.md"):  # a claim that was renamed while it was being written
        if f"c/{old.name}" not in pages:
            old.unlink()
    feed = sample_feed.write(docs / "feed")
    return [*(_write(docs / name, text) for name, text in pages.items()), *feed]


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
        "This page is made from the table that the model runs on (`afterswipe.kernel.life_cycle.TRANSITIONS`); it has an answer for every state and every event.",
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
