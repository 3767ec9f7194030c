"""The linter of sentences: what states a fact about iOS ends with the marker of a claim.

It cannot read. It looks for what facts are made of (a number with a unit, a version, what the system or Apple does) in a
sentence that has no marker, and is wrong now and then. A sentence that needs none says why, in a comment after it:

    The whole video needs 40 seconds.<!-- no claim: the run above shows it -->

Not looked at are questions, quoted speech, code, captions and what introduces a snippet (they describe a run), sentences that say of
themselves that they are about the run, the model or the guide, and links alone. Key points repeat what the page has said: only their
numbers must stand in a marked sentence of the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from afterswipe import claims
from guide import front_matter
from guide.claims import instead
from guide.claims.links import prose
from guide.pages import choosing, history, ways

_UNIT = r"(?:%|per cent|seconds?|minutes?|hours?|days?|weeks?|times|MB|GB|KB|kB|bytes|points|pushes|s|ms)"
_FACTS = {
    "a number with a unit": re.compile(rf"(?<![\w`])\d[\d,.]*(?:\s|\u00a0)?{_UNIT}(?![\w`])"),
    "a version": re.compile(r"\b(?:iOS|iPadOS|watchOS|macOS|Android) \d"),
    "what the system does": re.compile(
        r"(?<!that )(?<!which )(?<!what )\b(?:the system|iOS|Android) (?:\w+ly )?(?:\w+s|does not|will|may|can|cannot|never|always)\b",
        re.IGNORECASE,
    ),
    "what a mechanism does": re.compile(
        r"^[*“]*(?:(?:A|Each|Every|No) (?:Live Activity|background (?:URLSession|session|task|assertion)|silent push|update push|"
        r"force quit|suspended app|continued processing task|refresh|stale date)|Live Activities|Silent pushes)\b"
    ),
    "what Apple says or does": re.compile(
        r"\bApple(?: engineers?| itself|\u2019s \w+| documentation)? (?:says?|said|writes?|wrote|advises?|recommends?|documents?|names?|forbids?|allows?|announced)\b"
    ),
}
_ABOUT_US = re.compile(
    r"\b(?:in (?:the|this|our) (?:model|run|example)|th(?:e|is|ese|at) (?:runs?|example|model|simulation)|this (?:guide|page|chapter)|"
    r"our (?:model|phone|run))\b|^[*“]*(?:change|set|try|put|run|press|open|read|write|look|say|decide|guess|leave|take|note|give|start)\b",
    re.IGNORECASE,
)
_NO_STATEMENT = re.compile(
    r".*\?[”\u2019\"')*_]*|“[^”]*”[.:;]?|>.*|\*\*[^*]{1,40}\*\*|\[[^\]]*\]\([^)]*\)[.:;]?", re.DOTALL
)
"""A question, somebody's words, a few bold words that begin an item, or nothing but a link."""
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)[.:;]?")
_MARKER = re.compile(r"\{claim:[^}\s]+\}")
_BROKEN_MARKER = re.compile(r"\{claim:(?![^}\s]+\})[^}\n]*\}?")
# The end of a sentence for the count of its markers: they follow its sign, and do not end it.
_SENTENCE_END = re.compile(
    r"[.!?][”\u2019\"')*_]*(?:\{claim:[^}\s]+\}|\s*<!--.*?-->)*\s+(?=[“\"(\[*_`{<]*[A-Z0-9])"
)
_WAIVED = re.compile(r"<!--\s*no claim:\s*(\S[^>]*?)\s*-->")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
# A sentence ends with its sign, what closes behind it, and its markers; the next one begins with a capital, a number or a sign.
_END = re.compile(
    r"(?:[.!?]|\{claim:[^}\s]+\})[”\u2019\"')*_]*(?:\{claim:[^}\s]+\}|\s*<!--.*?-->)*\s+(?=[“\"(\[*_`]*[A-Z0-9])|(?<=\})(?:,? )(?=\w)"
)
_INTRODUCTION = re.compile(r"(?<=\n\n)(?!#|\|)(?:(?!\{claim:)[^\n]|\n(?!\n))+\n\n(?=/// snippet \|)")
_SKIPPED = re.compile(r"^\s*(?:#|<(?!p\b|li\b|dd\b|td\b)|\||$|---|!!!|\?\?\?|\*\*Check yourself)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a page, and the line on which it begins."""

    text: str
    line: int
    heading: str

    @property
    def is_marked(self) -> bool:
        """Whether it has a marker, or says why not."""
        return bool(_MARKER.search(self.text) or _WAIVED.search(self.text))


def pages(root: Path) -> dict[Path, str]:
    """The pages of the guide, with their words: all but those of reference that are made from tables and claims."""
    written = {path: path.read_text(encoding="utf-8") for path in prose(root / "docs")}
    made = {
        "choosing.md": choosing.page(),
        "how-it-came-to-be.md": history.page(),
        "instead.md": instead.page(claims.every()),
        "ways.md": ways.page(),
    }
    return written | {root / "docs" / name: text for name, text in made.items()}


def check(texts: dict[Path, str], root: Path) -> list[str]:
    """Every sentence of the pages that looks like a fact and has no marker, with what to do."""
    wrong = []
    for path, text in texts.items():
        said = list(sentences(text))
        numbers = {number for one in said if one.is_marked for number in _NUMBER.findall(one.text)}
        for one in said:
            if why := _fact_without_marker(one, numbers):
                shown = one.text if len(one.text) < 100 else one.text[:97] + "…"
                wrong.append(
                    f"{path.relative_to(root)}:{one.line}: “{shown}” has {why} and no marker. Add {{claim:ID}} after it, say it "
                    "without, or say why it needs none: <!-- no claim: the reason -->"
                )
    return wrong


def check_marks(texts: dict[Path, str], root: Path) -> list[str]:
    """Every sentence with more than one marker, and every marker that is none, with what to do."""
    wrong = []
    for path, text in texts.items():
        body = front_matter.split(text)[1]
        first = text.count("\n", 0, len(text) - len(body)) + 1
        for line, paragraph, _ in _paragraphs(body.splitlines()):
            where = f"{path.relative_to(root)}:{first + line}"
            wrong += [
                f"{where}: {found} is no marker. Write {{claim:ID}}, or {{claim:ID,ID}} without a space."
                for found in _BROKEN_MARKER.findall(paragraph)
            ]
            for cell in re.split(r"</li>|\|" if paragraph.startswith("|") else r"</li>", paragraph):
                for sentence in _SENTENCE_END.sub(lambda end: f"{end[0]}\0", cell).split("\0"):
                    if len(_MARKER.findall(sentence)) > 1:
                        wrong.append(
                            f"{where}: “{sentence.strip()}” has several markers. Make two sentences, or one marker at its end: {{claim:ID,ID}}"
                        )
    return wrong


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a page's prose: paragraphs, list items and rows of tables (a row is one sentence, and so is a link)."""
    body = front_matter.split(text)[1]
    first = text.count("\n", 0, len(text) - len(body)) + 1
    for line, paragraph, heading in _paragraphs(_without_introductions(body).splitlines()):
        if paragraph.startswith("|") or _LINK.fullmatch(paragraph):
            yield Sentence(paragraph, first + line, heading)
            continue
        start = 0
        for end in [*(found.end() for found in _END.finditer(paragraph)), len(paragraph)]:
            if words := paragraph[start:end].strip():
                yield Sentence(words, first + line, heading)
            start = end


def _without_introductions(body: str) -> str:
    """The page without the paragraphs that stand right before a snippet. Its lines keep their numbers."""
    return _INTRODUCTION.sub(lambda found: "\n" * found[0].count("\n"), body)


def _paragraphs(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Number of the first line, text and heading of every paragraph. Code, blocks and HTML have none."""
    heading, fence, gathered, began = "", "", "", 0
    for number, line in enumerate([*lines, ""]):
        stripped = line.strip()
        opens = re.match(r"(```|~~~|/// \w+ \|)", stripped)
        if fence:
            fence = "" if stripped == fence else fence
            continue
        starts_item = re.match(r"(?:[-*+]|\d+\.|:) +", stripped)
        if gathered and (not stripped or starts_item or opens or _SKIPPED.match(line)):
            yield began, gathered, heading
            gathered = ""
        if opens:
            fence = "///" if stripped.startswith("///") else opens[1]
        elif stripped.startswith("#"):
            heading = stripped.lstrip("# ")
        elif stripped.startswith("|") and not re.fullmatch(r"[|\s:-]+", stripped):
            yield number, stripped, heading
        elif stripped and not _SKIPPED.match(line):
            words = stripped[starts_item.end() :] if starts_item else stripped
            began = began if gathered else number
            gathered = f"{gathered} {words}".strip()


def _fact_without_marker(one: Sentence, numbers: set[str]) -> str:
    """What makes the sentence look like a fact; empty where it has a marker or needs none."""
    if one.is_marked or _NO_STATEMENT.fullmatch(one.text):
        return ""
    if one.heading.lower().startswith(("key points", "check yourself")):
        bare = [number for number in _NUMBER.findall(one.text) if number not in numbers]
        return f"a number ({bare[0]}) that no marked sentence of the page has" if bare else ""
    if _ABOUT_US.search(one.text):
        return ""
    return next((why for why, pattern in _FACTS.items() if pattern.search(_words(one.text))), "")


def _words(text: str) -> str:
    """The sentence without addresses of links and without code."""
    return re.sub(r"`[^`]*`|(?<=\])\([^)]*\)|<[^>]+>", "", text)
