"""The page "Choosing": a tree of questions whose every path ends at a way to build it, from `choosing.toml`.

The page works without JavaScript: the tree is nested folds, and its leaves are links to the results below it. The script
(`src/runner/choosing/`) reads the same tree from the page and asks one question at a time.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from afterswipe import Version
from guide.claims.links import MARKER
from guide.errors import BuildError
from guide.mechanisms import MECHANISMS
from guide.templating import render

from . import ways
from .mechanisms import anchor

FILE = Path(__file__).with_suffix(".toml")

OPEN = "open"
"""The way that always works: people keep the app open."""

VERSIONS = ways.table().versions
WAYS = {OPEN} | {way.id for way in ways.table().ways}

HEAD = """---
description: A few questions that lead from what should go on after people leave an app to a way to build it, each with its sources.
audience: both
---

<!-- Made by guide.pages.choosing from choosing.toml. Change that file, not this page. -->

# Choosing

<p class="lead" markdown>What should go on, and who starts it, decides which way your app needs; how you show it comes last.</p>

A few questions lead to a recommendation with a line for each iOS. Each has an address of its own that you can send. Before you begin, guess: which way will your app need?

"""

TAIL = """
## Key points

1. A file that is ready and work that still has to be done need different ways.
2. Work that a tap has started may do more than work that starts by itself.
3. How it is shown comes last. A card gives the app no time.{claim:live-activity.gives-no-run-time}

**Check yourself:** your app trims a video and then uploads it. Which two results do you need, and for which versions?
"""


@dataclass(frozen=True)
class Answer:
    """What a reader can say to a question, and the id of the question or result that it leads to."""

    says: str
    to: str


@dataclass(frozen=True)
class Question:
    """A question with its answers."""

    asks: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Line:
    """The answer from a version on: a row of the table of ways (or `OPEN`), a sentence, and the row of the recipe's table."""

    since: str
    way: str
    says: str
    strategy: str = ""


@dataclass(frozen=True)
class Result:
    """Where a path ends: a way to build it, its row of the mechanism table, its chapter, and a sentence to promise.

    `promise` is an anchor of what-we-can-promise.md, or empty where no sentence there fits. `line` has the answer by iOS version.
    """

    title: str
    text: str
    mechanism: str
    chapter: str
    promise: str
    line: tuple[Line, ...]

    def on(self, version: str) -> Line:
        """The line that holds on a version."""
        return [line for line in self.line if Version(line.since) <= Version(version)][-1]


@dataclass(frozen=True)
class Tree:
    """The questions and the results by their ids, and the id of the first question."""

    first: str
    questions: Mapping[str, Question]
    results: Mapping[str, Result]

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Every path as ids, from the first question to a result. Raises BuildError for one that does not end."""
        yield from self._paths((self.first,))

    def _paths(self, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if path[-1] in self.results:
            yield path
        elif path[-1] not in self.questions:
            raise BuildError(
                f"choosing.toml: {' > '.join(path)} leads to nothing. Write [question.{path[-1]}] or [result.{path[-1]}]."
            )
        elif path[-1] in path[:-1]:
            raise BuildError(
                f"choosing.toml: {' > '.join(path)} goes in a circle. Lead one of these answers to a result."
            )
        else:
            for answer in self.questions[path[-1]].answers:
                yield from self._paths((*path, answer.to))


def read(text: str) -> Tree:
    """The tree of a TOML text. Raises BuildError where something is missing, unknown, or never reached."""
    data = tomllib.loads(text)
    try:
        questions = {
            key: Question(entry["asks"], tuple(Answer(**answer) for answer in entry["answer"]))
            for key, entry in data["question"].items()
        }
        results = {
            key: Result(**{**entry, "line": tuple(map(_line, entry["line"]))})
            for key, entry in data["result"].items()
        }
        tree = Tree(data["first"], questions, results)
    except (KeyError, TypeError) as wrong:
        raise BuildError(
            f"choosing.toml: {wrong}. Compare with the entries beside it; all keys are needed, and no others."
        ) from wrong
    _check(tree)
    return tree


def _line(entry: Mapping[str, str]) -> Line:
    return Line(since=entry["from"], **{key: value for key, value in entry.items() if key != "from"})


def tree() -> Tree:
    """The tree of the page."""
    return read(FILE.read_text(encoding="utf-8"))


def page() -> str:
    """The page as Markdown."""
    whole = tree()
    results = "\n\n".join(_result(key, result) for key, result in whole.results.items())
    return (
        f'{HEAD}<div class="choosing" markdown="block">\n\n'
        f"{render('choosing.html', tree=whole)}\n\n"
        f"## The ways to build it {{: #results }}\n\n{results}\n\n</div>\n{TAIL}"
    )


def _check(tree: Tree) -> None:
    reached = {step for path in tree.paths() for step in path}
    if never := sorted((tree.questions.keys() | tree.results.keys()) - reached):
        raise BuildError(
            f"choosing.toml: no path leads to {', '.join(never)}. Lead an answer there, or remove it."
        )
    if both := sorted(tree.questions.keys() & tree.results.keys()):
        raise BuildError(f"choosing.toml: {', '.join(both)} is a question and a result. Rename the question.")
    rows = {row.name for row in MECHANISMS}
    for key, result in tree.results.items():
        if not re.fullmatch(r"[a-z][a-z-]*", key):
            raise BuildError(f"choosing.toml: {key!r} is an address: write it in small letters and hyphens.")
        if result.mechanism not in rows:
            raise BuildError(
                f"choosing.toml: result {key} names the mechanism {result.mechanism!r}. Use one of: {', '.join(sorted(rows))}."
            )
        if result.line[0].since != VERSIONS[0] or any(line.way not in WAYS for line in result.line):
            raise BuildError(
                f"choosing.toml: result {key}: begin its lines with iOS {VERSIONS[0]}, and name ways of ways.toml or {OPEN!r}."
            )
        if not MARKER.search(result.text):
            raise BuildError(f"choosing.toml: result {key} has no claim. Put a marker after its sentences.")


def _result(key: str, result: Result) -> str:
    row = next(row for row in MECHANISMS if row.name == result.mechanism)
    promise = f"[what you can promise](what-we-can-promise.md#{result.promise}), " if result.promise else ""
    return (
        f'<section class="choosing-result" markdown="block">\n\n### {result.title} {{: #{key} }}\n\n{result.text}\n\n'
        f"{_lines(result)}\n\n"
        f"Read on: [the chapter]({result.chapter}.md), {promise}"
        f"[the facts in a table](reference/mechanisms.md#{anchor(row)}), [every way on every iOS](ways.md).\n\n</section>"
    )


def _lines(result: Result) -> str:
    """The answer by version. The script hides what is older than the oldest iOS that a reader chooses."""
    items = (
        f'<li markdown="span" data-from="{line.since}"><strong>{words}:</strong> {line.says}</li>'
        for line, words in zip(result.line, _from(result.line), strict=True)
    )
    return "\n".join(['<ul class="choosing-lines" markdown="block">', *items, "</ul>"])


def _from(lines: tuple[Line, ...]) -> Iterator[str]:
    """For which versions each line is, in words."""
    yield f"Before iOS {lines[1].since}" if len(lines) > 1 else f"Every iOS since {lines[0].since}"
    yield from (f"From iOS {line.since}" for line in lines[1:])
