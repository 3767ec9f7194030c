"""Stage 1, generate: from the model's own tables and the claims to Markdown.

What the site shows about the model is written here and nowhere by hand. The builder reads a folder of its own, in build/.
"""

from pathlib import Path

from afterswipe import claims
from afterswipe.kernel.life_cycle import TRANSITIONS, Event, State
from guide import sample_feed
from guide.claims import instead
from guide.claims import pages as claim_pages
from guide.swift import symbols as apple_symbols

from . import api, changes, choosing, faults, history, mechanisms, moments, not_known, speed, ways
from .spec import spec

HEAD = "<!-- Made by guide.pages.generate. Change the model, not this page. -->\n\n"
REFERENCE = "---\ndescription: {}\nsearch:\n  boost: 0.2\n---\n\n" + HEAD
"""Before a page of reference: the search finds it after the chapters, which say the same in whole sentences."""


def generate(source: Path, out: Path) -> None:
    """Make `out` the folder that the builder reads: all of `source`, all generated pages, and the feed that the site serves.

    Nothing is written into `source`. A file that would not change is not touched, one that nobody makes any more goes.
    """
    wanted = {path.relative_to(source).as_posix(): path.read_bytes() for path in _files(source)}
    pages = made() | claim_pages.sources(claims.every())
    wanted |= {name: text.encode() for name, text in pages.items()}
    texts = (content.decode() for name, content in wanted.items() if name.endswith(".md"))
    wanted |= moments.files(texts)
    wanted |= sample_feed.files(source / "feed", below="feed")
    for path in _files(out):
        if path.relative_to(out).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = out / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def made() -> dict[str, str]:
    """The pages made from the model and from tables: path -> Markdown."""
    return {
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
        "reference/speed.md": REFERENCE.format(
            "What a click on Run costs on this site, measured beside a bare start of the same Pyodide, and what was not met."
        )
        + speed.page(),
        "reference/api.md": api.page(),
        "choosing.md": choosing.page(),
        "ways.md": ways.page(),
        "instead.md": instead.page(claims.every()),
        "how-it-came-to-be.md": history.page(),
        "reference/not-known.md": not_known.page(claims.every()),
        "reference/changes.md": REFERENCE.format(
            "Every change to a claim of this guide, with its day and its reason. What was corrected, what was retracted, what is new."
        )
        + changes.page(claims.every()),
    }


def life_cycle() -> str:
    """The transition table as a page: one section for each state, one row for each event."""
    lines = [
        "# The life cycle",
        "",
        "An app has five states, and in two of them none of its code runs.{claim:life-cycle.suspended-runs-no-code}",
        "",
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
                "" if to is state else f"**{to.value}**" for state, to in zip(State, cells, strict=True)
            )
            + " |"
        )
    lines += ["", "Where nothing stands, the state stays as it is.", ""]
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
