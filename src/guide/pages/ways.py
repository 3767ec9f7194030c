"""The page of ways: what an app can use on which iOS, as a table of yes, no and depends, each with its claim and a run where it changes.

From `ways.toml`. The same table stands alone under `/embed/ways/` (`guide.finish.embed`).
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from afterswipe import claims
from guide import snippets
from guide.claims.schema import EVIDENCE
from guide.claims.words import STATUS_WORDS
from guide.errors import BuildError
from guide.mechanisms import MECHANISMS
from guide.templating import render

from .mechanisms import anchor

FILE = Path(__file__).with_suffix(".toml")

ADDRESS = "ways/"
"""Where the page stands, below the site's root."""

_ASKED = "<!-- no claim: what the row asks; the answers below have the claims -->"

WORDS = {"yes": "Yes", "no": "No", "depends": "Depends"}
"""What an answer may be, and how it is said."""

HEAD = """---
description: One table from iOS 13 to iOS 27. Which ways to get work done, or to show a card, an app has after people leave it, each with its source.
audience: both
---

<!-- Made by guide.pages.ways from ways.toml. Change that file, not this page. -->

# Which way works on which iOS

<p class="lead citable-headings" markdown>On each iOS a finished file is sent after people leave the app; since iOS 26, work that a tap started may go on.{claim:continued-processing.ios-and-ipados-only}</p>

*Depends* means: under a condition, which stands below. Press a cell for its source. Each row and each cell has an address that you can send, such as `#continued` and `#continued-26`. Before you look: in which column do you expect the most that is new?

"""

TAIL = """
## Show this table on your own page {: #embed }

The table stands alone, without the rest of the site, at [its own address](site:embed/ways/). Put it into a page with `<iframe>`, and it follows the guide.

## Key points

1. A *yes* for a card is no *yes* for the work: a card gives the app no time.{claim:live-activity.gives-no-run-time}
2. Most ways depend on something. Read the condition before you promise.
3. Keep the older way as the second one: each newer one can be refused.

**Check yourself:** your app supports iOS 17 and 26. Which rows differ, and what do you do on the older one? ([Choosing](choosing.md) asks you.)
"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What holds from a version on: yes, no or depends, a sentence and the claim that says it; and how it is shown."""

    since: str
    is_: str
    says: str
    claim: str
    run: str = ""
    not_shown: str = ""
    shown_on: str = ""
    """A version below the next column, where the run shows it on that one and not on the column's own."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A row: a way to get work done, or to show something, after people leave an app."""

    id: str
    name: str
    apple: str
    group: str
    does: str
    mechanism: str
    answers: tuple[Answer, ...]
    sync: str = ""
    """The row's name in the table of the sync chapter; empty for a row that is not in it."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """An answer in a column. `until` is the last column for which it holds."""

    version: str
    answer: Answer

    @property
    def word(self) -> str:
        """Yes, No, or Depends; with the version behind the column's own, where it begins there."""
        return WORDS[self.answer.is_]

    @property
    def mark(self) -> str:
        """The words of the claim's mark."""
        claim = claims.get(self.answer.claim)
        return STATUS_WORDS.get(claim.status, EVIDENCE[claim.evidence])


@dataclass(frozen=True)
class Table:
    """The whole table: the versions of its columns, its groups with their names, its rows."""

    versions: tuple[str, ...]
    groups: Mapping[str, str]
    ways: tuple[Way, ...]

    def cells(self, way: Way) -> Iterator[Cell]:
        """The row's cells from left to right."""
        for version in self.versions:
            answer = [one for one in way.answers if self._place(one.since) <= self._place(version)][-1]
            yield Cell(version=version, answer=answer)

    def spans(self, way: Way) -> Iterator[tuple[Answer, tuple[str, ...]]]:
        """Each answer of a row with the versions for which it stands."""
        for answer in way.answers:
            yield answer, tuple(cell.version for cell in self.cells(way) if cell.answer is answer)

    def changes(self) -> Iterator[tuple[Way, str, Answer]]:
        """Every change from one column to the next: the row, the version on the left, the new answer."""
        for way in self.ways:
            for answer in way.answers[1:]:
                yield way, self.versions[self._place(answer.since) - 1], answer

    def of(self, group: str) -> tuple[Way, ...]:
        """The rows of a group."""
        return tuple(way for way in self.ways if way.group == group)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {version: place for place, version in enumerate(self.versions)}

    def _place(self, version: str) -> int:
        return self._places[version]


def read(text: str) -> Table:
    """The table of a TOML text. Raises BuildError where something is missing or unknown."""
    data = tomllib.loads(text)
    try:
        ways = tuple(_way(row) for row in data["way"])
        table = Table(tuple(data["versions"]), dict(data["group"]), ways)
    except (KeyError, TypeError) as wrong:
        raise BuildError(f"ways.toml: {wrong}. Compare with the entries beside it.") from wrong
    for way in ways:
        if wrong_with := _wrong(way, table):
            raise BuildError(f"ways.toml: {way.id}: {wrong_with}")
    return table


def table() -> Table:
    """The table of the page."""
    return read(FILE.read_text(encoding="utf-8"))


def for_a_sync() -> str:
    """The rows of what a sync may use, as HTML, with links to the page of all ways."""
    whole = table()
    ways = tuple(replace(way, name=way.sync) for way in whole.ways if way.sync)
    groups = {group: name for group, name in whole.groups.items() if any(way.group == group for way in ways)}
    return render("ways.html", table=Table(whole.versions, groups, ways), page=f"site:{ADDRESS}")


def page() -> str:
    """The page as Markdown."""
    whole = table()
    sections = "\n\n".join(
        f"## {name}\n\n" + "\n\n".join(_section(whole, way) for way in whole.of(group))
        for group, name in whole.groups.items()
    )
    return f"{HEAD}{html(whole)}\n\n{sections}\n{TAIL}"


def html(whole: Table) -> str:
    """The table itself."""
    return render("ways.html", table=whole, page="")


def _way(row: Mapping[str, object]) -> Way:
    rest = {key: value for key, value in row.items() if key != "answer"}
    answers = row["answer"]
    if not isinstance(answers, list):
        raise TypeError(f"the answers of {row.get('id')} are no list")
    made = []
    for answer in answers:
        own = {key: value for key, value in answer.items() if key not in ("from", "is")}
        made.append(Answer(since=answer["from"], is_=answer["is"], **own))
    return Way(answers=tuple(made), **rest)  # type: ignore[arg-type]  # a wrong key is a TypeError, and read says so


def _wrong(way: Way, whole: Table) -> str:
    """What is wrong with a row; empty where nothing is."""
    if way.group not in whole.groups:
        return f"there is no group {way.group!r}. Use one of: {', '.join(whole.groups)}."
    if way.mechanism not in {row.name for row in MECHANISMS}:
        return f"there is no mechanism {way.mechanism!r} in src/guide/mechanisms/table.toml."
    froms = [answer.since for answer in way.answers]
    if froms[:1] != [whole.versions[0]] or froms != [
        version for version in whole.versions if version in froms
    ]:
        return f"its answers begin with {', '.join(froms)}. Begin with {whole.versions[0]} and go from left to right."
    for place, answer in enumerate(way.answers):
        if answer.is_ not in WORDS:
            return f"an answer is {answer.is_!r}. Write one of: {', '.join(WORDS)}."
        if place and bool(answer.run) == bool(answer.not_shown):
            return f"the answer from iOS {answer.since} needs a `run`, or a `not_shown` that says why there is none."
    return ""


def _section(whole: Table, way: Way) -> str:
    row = next(row for row in MECHANISMS if row.name == way.mechanism)
    apple = "" if way.apple == "none" else f" Apple's name: `{way.apple}`."
    lines = [f"### {way.name} {{: #{way.id} }}", "", f"{way.does}{_ASKED}{apple}", ""]
    for answer, versions in whole.spans(way):
        links = ", ".join(f"[{version}](#{way.id}-{version.replace('.', '-')})" for version in versions)
        lines.append(f"- iOS {links}: **{WORDS[answer.is_].lower()}**. {answer.says}{{claim:{answer.claim}}}")
    lines += ["", f"[All facts about it](reference/mechanisms.md#{anchor(row)}).", ""]
    for answer in way.answers[1:]:
        lines += _run(answer)
    return "\n".join(lines).rstrip()


def _run(answer: Answer) -> list[str]:
    """The run that shows where the answer changes, folded; or why there is none."""
    if answer.not_shown:
        return [f"There is no run of this change. {answer.not_shown}", ""]
    words = (
        (ast.get_docstring(ast.parse(snippets.source(answer.run))) or "").split("\n\n")[0].replace("\n", " ")
    )
    return [
        '<details class="mechanism-run" markdown="block">',
        f"<summary>Run it: {words}</summary>",
        "",
        f"/// snippet | {answer.run}",
        "///",
        "",
        "</details>",
        "",
    ]
