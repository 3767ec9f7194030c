"""What our Markdown has beyond Python-Markdown: runnable snippets, Swift beside them, pictures, claim markers.

    /// snippet | story_upload
    ///

    /// swift | story_upload
    ///

    /// picture | story_upload.1
    What the picture shows.
    ///

    /// moments | story_upload_moments
    What the pictures show.
    ///

    /// outcome | strategies_table
    What the table shows.
    ///

    /// ways | sync
    ///

    A Live Activity gives an app no run time.{claim:live-activity.gives-no-run-time}

All are Python-Markdown extensions, so that any builder that uses Python-Markdown builds the site.
A claim marker becomes a link `claim:ID`; the finish stage knows where a page lies and completes it.
"""

import re
import xml.etree.ElementTree as etree
from re import Match
from typing import Any

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block

from afterswipe import claims
from afterswipe.claims.sources import Claim
from afterswipe.errors import ClaimError
from guide.claims.schema import EVIDENCE
from guide.claims.words import STATUS_WORDS
from guide.pages import moments, ways
from guide.swift.languages import BesideEachOther, swift_html

from . import snippets
from .errors import BuildError

STACKED_FROM = 4
"""Columns of a table that is stacked on a phone; two and three fit, unless a row of them is long, or the words of three are."""
LONG_NAME = 12
"""Letters of a name in code that a first column of three has no room for."""
LONG_ROW = {2: 240, 3: 140}
"""Letters of a row that so many columns of a phone make narrow and high: ten lines of three words, or five of two."""
SHORT_CELL = 24
"""Letters of a cell that has its column's name beside it on a phone, and not above."""
LONG_WORDS = 40
"""Letters of the longest words of three columns that have no room beside each other."""

_KEPT_HTML = re.compile(f"{STX}wzxhzdk:[0-9]+{ETX}")
"""Where HTML of the page will stand again, such as a comment."""

LONG_HEADING = 90
"""Letters of a heading whose first words are enough to be read."""
SHORT_HEADING = 20
"""Letters that the first words have at least, where they end at a comma."""


class _Finished(Block):  # type: ignore[misc]
    """A block with an argument whose HTML is made here."""

    ARGUMENT = True

    def on_markdown(self) -> str:
        """Our HTML is finished: no Markdown inside."""
        return "raw"


class SnippetBlock(_Finished):
    """`/// snippet | NAME`: the code of snippets/NAME.py and, under it, its tested output."""

    NAME = "snippet"

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the element around the snippet."""
        return etree.SubElement(
            parent, "run-snippet", {"name": self.argument.replace("_", "-"), "source": f"{self.argument}.py"}
        )

    def on_end(self, block: etree.Element) -> None:
        """Fill it with code and output."""
        block.text = self.md.htmlStash.store(snippets.html(self.argument))


class SwiftBlock(_Finished):
    """`/// swift | NAME`: snippets/swift/NAME.swift, beside the snippet of that name where the page has it."""

    NAME = "swift"

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the panel."""
        return etree.SubElement(parent, "div", {"class": "swift", "data-swift": self.argument})

    def on_end(self, block: etree.Element) -> None:
        """Fill it with the highlighted file."""
        block.text = self.md.htmlStash.store(swift_html(self.argument))


class PictureBlock(Block):  # type: ignore[misc]
    """`/// picture | NAME.NUMBER`: a tested picture of a snippet, with the text inside as its caption."""

    NAME = "picture"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the figure, its picture, and the caption that takes the text inside."""
        figure = etree.SubElement(parent, "figure", {"class": "picture"})
        name, _, number = self.argument.partition(".")
        pictures = snippets.accepted(name).pictures
        if not number.isdecimal() or not 0 < int(number) <= len(pictures):
            raise BuildError(
                f"`/// picture | {self.argument}`: {name} has {len(pictures)} picture(s). Write {name}.1 for the first."
            )
        etree.SubElement(figure, "div", {"class": "snippet-picture"}).text = self.md.htmlStash.store(
            pictures[int(number) - 1].strip()
        )
        return etree.SubElement(figure, "figcaption")


class MomentsBlock(Block):  # type: ignore[misc]
    """`/// moments | NAME`: the pictures of a snippet in one place, the last of them shown, with the text inside as the caption."""

    NAME = "moments"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the figure, its picture and slider, and the caption that takes the text inside."""
        inside = self.md.htmlStash.store(moments.html(self.argument))
        figure = etree.SubElement(
            parent, "figure", {"class": "picture moments", "data-moments": moments.file(self.argument)}
        )
        etree.SubElement(figure, "div").text = inside
        return etree.SubElement(figure, "figcaption")


class OutcomeBlock(Block):  # type: ignore[misc]
    """`/// outcome | NAME`: the tested output of a snippet that prints a table, as a table, with the text inside as its caption.

    A sentence that the snippet prints below its table stands below the table.
    """

    NAME = "outcome"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the figure, its table from the output's lines, and the caption that takes the text inside."""
        figure = etree.SubElement(parent, "figure", {"class": "outcome"})
        table = etree.SubElement(figure, "table")
        head, *rows = (
            re.split(r"\s{2,}", line.strip())
            for line in snippets.accepted(self.argument).text.splitlines()
            if not line.startswith("[picture: ")
        )
        if rows and len(rows[-1]) == 1 < len(head):
            etree.SubElement(figure, "p").text = AtomicString(rows.pop()[0])
        if len(head) < 2 or any(len(row) != len(head) for row in rows):
            raise BuildError(f"`/// outcome | {self.argument}`: what {self.argument} prints is no table.")
        for part, name, lines in (("thead", "th", [head]), ("tbody", "td", rows)):
            place = etree.SubElement(table, part)
            for words in lines:
                row = etree.SubElement(place, "tr")
                for word in words:
                    begun = word[:1].upper() + word[1:] if word.split(" ")[0].islower() else word
                    etree.SubElement(row, name).text = AtomicString(begun)
        return etree.SubElement(figure, "figcaption")


class WaysBlock(_Finished):
    """`/// ways | sync`: the rows of the table of ways that a sync may use."""

    NAME = "ways"

    def on_create(self, parent: etree.Element) -> etree.Element:
        """Make the place of the table."""
        if self.argument != "sync":
            raise BuildError(f"`/// ways | {self.argument}`: there is only `/// ways | sync`.")
        return etree.SubElement(parent, "div")

    def on_end(self, block: etree.Element) -> None:
        """Fill it with the table."""
        block.text = self.md.htmlStash.store(ways.for_a_sync())


class ClaimMarker(InlineProcessor):
    """`{claim:ID}`: a small marker after a sentence that leads to the sentence's claim.

    `{claim:ID,ID}`: one marker for a sentence that rests on several. It shows the weakest, and its popover lists the others.
    """

    def handleMatch(self, m: Match[str], data: str) -> tuple[etree.Element, int, int]:  # type: ignore[override]
        """Make the link; an id that does not exist stops the build."""
        try:
            claim, *others = sorted((claims.get(claim_id) for claim_id in m[1].split(",")), key=_strength)
        except ClaimError as wrong:
            raise BuildError(
                f"{{claim:{m[1]}}}: {wrong} Correct the id in the page, or write the claim."
            ) from wrong
        address = ",".join(one.id for one in (claim, *others))
        link = etree.Element("a", {"class": f"claim claim-{claim.evidence}", "href": f"claim:{address}"})
        link.text = STATUS_WORDS.get(claim.status, EVIDENCE[claim.evidence])
        link.set("aria-label", f"{link.text}: source of this sentence")
        link.set("data-search-exclude", "")  # else the search shows its word as the sentence's last
        return link, m.start(0), m.end(0)


def _strength(claim: Claim) -> tuple[bool, int]:
    """How well a claim is known, the weakest first: what does not stand, then by the level of its evidence."""
    return claim.status not in STATUS_WORDS, -list(EVIDENCE).index(claim.evidence)


class LinksElsewhere(Treeprocessor):
    """Marks links that leave the guide, for print.css: the builder's script makes the address of every link absolute."""

    def run(self, root: etree.Element) -> None:
        """Set `rel` on every link with an address on the web."""
        for link in root.iter("a"):
            if link.get("href", "").startswith(("https://", "http://")):
                link.set("rel", "external")


class StackedTables(Treeprocessor):
    """Marks tables too wide for a phone, and gives each cell its column's name: there a row is a card (pages.css)."""

    def run(self, root: etree.Element) -> None:
        """Set `data-stacked` on each table of four columns or more, or of fewer that are long, to "short" where its cells are; `data-label` on its cells."""
        for table in root.iter("table"):
            heads = [
                _KEPT_HTML.sub("", "".join(head.itertext())).strip() for head in table.iterfind("thead/tr/th")
            ]
            if len(heads) < STACKED_FROM and not _is_long(table, len(heads)):
                continue
            table.set("data-stacked", "short" if _is_short(table) else "")
            for row in table.iterfind("tbody/tr"):
                for cell, head in zip(row, heads, strict=False):
                    cell.set("data-label", head)


def _is_short(table: etree.Element) -> bool:
    """Whether each cell but the first of a row has so few letters that a phone has room for its column's name beside it."""
    cells = (cell for row in table.iterfind("tbody/tr") for cell in list(row)[1:])
    return all(len("".join(cell.itertext())) <= SHORT_CELL for cell in cells)


def _is_long(table: etree.Element, columns: int) -> bool:
    """Whether a table has rows or words for which two or three columns of a phone are too narrow."""
    rows = [[" ".join(cell.itertext()) for cell in row] for row in table.iterfind("tbody/tr")]
    if columns not in LONG_ROW:
        return False
    if max((sum(map(len, row)) for row in rows), default=0) > LONG_ROW[columns]:
        return True
    names = ["".join(code.itertext()) for code in table.iterfind("tbody/tr/td[1]//code")]
    words = sum(
        max((len(word) for cell in column for word in cell.split()), default=0)
        for column in zip(*rows, strict=False)
    )
    return columns > 2 and (words > LONG_WORDS or any(len(name) > LONG_NAME for name in names))


class LongHeadings(Treeprocessor):
    """Sets the words behind a long heading's first ones smaller: they are there for who searches; the table of contents has the first alone."""

    def run(self, root: etree.Element) -> None:
        """Wrap them in `span.also`, and set `data-toc-label`."""
        for heading in [*root.iter("h2"), *root.iter("h3")]:
            words = "".join(heading.itertext())
            at = _first_words(words) if len(words) > LONG_HEADING else 0
            if at and _also(heading, at):
                heading.set("data-toc-label", words[:at].rstrip(" ,;:"))


def _first_words(words: str) -> int:
    """Where the first words of a heading end, and a space follows, outside of quotes and brackets: at a colon or its like, or at a comma. 0 where they don't."""
    depth = comma = 0
    for at, letter in enumerate(words, 1):
        depth += (letter in "“(") - (letter in "”)")
        if depth or words[at : at + 1] != " ":
            continue
        if letter in ":;?" and at <= LONG_HEADING:
            return at
        if letter == "," and at > SHORT_HEADING + 1:
            comma = comma or at
    return comma


def _also(heading: etree.Element, at: int) -> bool:
    """Move what is behind so many letters into a span, if that is not in the middle of a part of the heading."""
    parts = list(heading)
    for place, part in enumerate([None, *parts]):
        text = (heading.text if part is None else part.tail) or ""
        at -= 0 if part is None else len("".join(part.itertext()))
        if 0 <= at < len(text):
            span = etree.Element("span", {"class": "also"})
            span.text = text[at:].lstrip()
            for moved in parts[place:]:
                heading.remove(moved)
                span.append(moved)
            if part is None:
                heading.text = f"{text[:at]} "
            else:
                part.tail = f"{text[:at]} "
            heading.append(span)
            return True
        at -= len(text)
    return False


class GuideExtension(BlocksExtension):  # type: ignore[misc]
    """Both extensions in one, to be named in mkdocs.yml."""

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the blocks."""
        for block in (SnippetBlock, SwiftBlock, PictureBlock, MomentsBlock, OutcomeBlock, WaysBlock):
            block_mgr.register(block, self.getConfigs())

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the marker, then the blocks."""
        super().extendMarkdown(md)
        md.inlinePatterns.register(ClaimMarker(r"\{claim:([^}\s]+)\}", md), "claim", 175)
        md.treeprocessors.register(BesideEachOther(md), "languages", 15)
        md.treeprocessors.register(LongHeadings(md), "long-headings", 6)
        md.treeprocessors.register(LinksElsewhere(md), "links-elsewhere", 5)
        md.treeprocessors.register(StackedTables(md), "stacked-tables", 4)


def makeExtension(**config: Any) -> Extension:
    """What Python-Markdown calls."""
    return GuideExtension(**config)
