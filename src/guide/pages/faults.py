"""The page of the faults: what happens, what the engine has to do, and the test that asks for it.

It is made from the data that the tests are made from (`faultlab.faults`). A fault whose test does not exist
stops the build.
"""

import ast
from collections.abc import Iterable
from functools import cache

from faultlab.faults import FAULTS, RULES, FaultKind
from faultlab.servers.faulty import INJECTIONS
from guide import ROOT
from guide.errors import BuildError

TESTS = ROOT / "tests" / "sync"

_GROUPS = (
    ("The wire", "F01", "F26", "What can happen between a client and a server that means well."),
    ("The feed", "F27", "F39", "What a feed can say that is wrong, old, repeated or too much."),
    ("The phone", "F40", "F54", "What happens to the disk, the process, the clock and the settings."),
    (
        "The field",
        "F55",
        "F171",
        "What real servers, disks, containers and people have done. A rule in brackets is one of those at the end.",
    ),
)


def page() -> str:
    """The page as Markdown. Raises BuildError for a fault without its test."""
    naive = sum(kind.naive for kind in FAULTS.values())
    parts = [
        "# Faults of a sync",
        "",
        "A sync that survives has one answer to each of these faults, and one test that asks for it.",
        "",
        f"There are {len(FAULTS)}. {_reached()}",
        "Each is injected for its test: by a server that misbehaves as it is told, a disk that crashes, or a socket that is written to byte by byte.",
        "This page is made from the same data as the tests (`faultlab.faults`).",
        "",
        "“Plain feed” says what differs where the feed has no sizes, no digests, no numbers, no pages and no identity.",
        f"“Naive” marks a fault after which a client of about ten lines, kept in the tests for this, ends with a wrong file, a wrong list, or gives up (`test_naive.py`). {naive} are marked.",
        "",
        *(line for group in _GROUPS for line in _group(*group)),
        *_rules(),
        *_unreachable(kind for kind in FAULTS.values() if kind.unreachable),
    ]
    return "\n".join(parts) + "\n"


def _reached() -> str:
    parts = sum(bool(kind.partly) for kind in FAULTS.values())
    whole = sum(bool(kind.unreachable) for kind in FAULTS.values())
    of_none = (
        f"{whole} cannot be reached at all in the design of `afterswipe.sync`; they stand at the end."
        if whole
        else "Each can be reached in the design of `afterswipe.sync`."
    )
    return f"{of_none} “Not reachable” names what cannot happen of {parts} of them, with the reason."


@cache
def tests() -> dict[str, str]:
    """Every test of the engine: its name, and the file that it is in."""
    return {
        node.name: path.name
        for path in sorted(TESTS.glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def _group(title: str, first: str, last: str, sentence: str) -> list[str]:
    lines = [f"## {title}", "", sentence, ""]
    for kind in FAULTS.values():
        if _number(first) <= _number(kind.id) <= _number(last) and not kind.unreachable:
            lines += _section(kind)
    return lines


def _number(name: str) -> int:
    return int(name.removeprefix("F"))


def _section(kind: FaultKind) -> list[str]:
    if kind.test not in tests():
        raise BuildError(
            f"{kind.id} names the test {kind.test}, and no file in tests/sync has it. "
            "Write it, or put the right name into src/faultlab/faults/."
        )
    rows = [("What happens", kind.happens), ("The answer", kind.answer)]
    if kind.plain:
        rows.append(("Plain feed", kind.plain))
    if kind.partly:
        rows.append(("Not reachable", kind.partly))
    if kind.naive:
        rows.append(("Naive", "A client of ten lines gets it wrong."))
    if kind.id in INJECTIONS and (variants := INJECTIONS[kind.id].variants):
        rows.append(("Variants", ", ".join(f"`{_printable(name)}`" for name in variants)))
    rows.append(("Test", f"`{tests()[kind.test]}::{kind.test}`"))
    lines = [
        f"### {kind.id}: {kind.title} {{: #{kind.id.lower()} }}",
        "",
        '<dl class="mechanism" markdown="block">',
    ]
    for term, words in rows:
        lines += [f"<dt>{term}</dt>", f'<dd markdown="span">{words}</dd>']
    return [*lines, "</dl>", ""]


def _printable(name: str) -> str:
    """A variant's name; one that is long is cut, and what cannot be printed is escaped."""
    words = name.encode("unicode_escape").decode()
    return words if len(words) <= 40 else f"{words[:12]}… ({len(name)} characters)"


def _rules() -> list[str]:
    heading = "S14 to S23: what the engine keeps beside its invariants S1 to S13, each with the faults that ask for it."
    lines = ["## Rules", "", heading, ""]
    for name, sentence in RULES.items():
        asked = ", ".join(
            f"[{kind.id}](#{kind.id.lower()})" for kind in FAULTS.values() if f"({name})" in kind.answer
        )
        lines += [f"**{name}.** {sentence} Asked for by {asked}.", f"{{: #{name.lower()} }}", ""]
    return lines


def _unreachable(kinds: Iterable[FaultKind]) -> list[str]:
    rows = [f"- **{kind.id}, {kind.title.lower()}**: {kind.unreachable}" for kind in kinds]
    if not rows:
        return []
    return ["## Not reachable here", "", "No test can ask for these, for the reason given.", "", *rows, ""]
