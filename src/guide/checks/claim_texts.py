"""What a claim's own text must be like, one small rule each: its id, its sentence, its number, its quotes and addresses.

A rule looks at one claim among all and yields what is wrong: the place in the claim's file, and what to do.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from afterswipe.claims.sources import Claim
from guide.claims.words import UNITS

MAX_STATEMENT = 200
"""Characters of a statement, so that it fits into a message, a preview and a card."""

MAX_QUOTE = 24
"""Words of a quote: under 25, which is a quotation and no copy."""

_HEDGES = (
    "usually normally typically probably perhaps maybe possibly likely might seems apparently often sometimes generally mostly "
    "basically essentially simply just easy easily obviously clearly recently new newly"
)
BANNED = frozenset(_HEDGES.split())
"""Words that make a statement vague, or that age. A statement says when, where and by whom instead."""

WITH_WWW = frozenset({"www.analyticsinsight.net", "www.ietf.org"})
"""Sites whose own address has the www."""

_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_VERSION = re.compile(r"\d+(\.\d+){0,2}")
_TRACKING = re.compile(r"utm_|fbclid|gclid|ref$|source$|si$")
_BRANCH = re.compile(r"(/[^/]+){2}/(blob|tree)/(?![0-9a-f]{40}(/|$))")
_APPLE = re.compile(
    r"/(documentation(/[^A-Z/]+)+|videos/play/[a-z0-9-]+/\d+/|forums/(thread/\d+|tags/[a-z]+)|app-store/review/guidelines/"
    r"|design/human-interface-guidelines(/[a-z-]+)?|help(/[a-z-]+)+|library/archive/.+[^/]|news/)"
)


@dataclass(frozen=True)
class Place:
    """A key in a claim's file; for a key of a source also which source, counted from 0."""

    key: str
    source: int | None = None

    def line(self, text: str) -> int:
        """The line of the key in the file's text; 1 where it is not found."""
        start = 0
        if self.source is not None:
            tables = [found.start() for found in re.finditer(r"^\[\[source\]\]", text, re.MULTILINE)]
            start = tables[self.source] if self.source < len(tables) else 0
        found = re.compile(rf"^(\[+{self.key}\]+|{self.key}\s*=)", re.MULTILINE).search(text, start)
        return text.count("\n", 0, found.start()) + 1 if found else 1


Finding = tuple[Place, str]
Rule = Callable[[Claim, Mapping[str, Claim], date], Iterator[Finding]]


def id_form(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """An id is a path of names in small letters, for it is part of an address."""
    if not _ID.fullmatch(claim.id):
        yield (
            Place("id"),
            f"The id {claim.id!r} is not a path of names. Write it like `live-activity.gives-no-run-time`.",
        )


def one_sentence(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A statement is one sentence with a full stop, in one line."""
    text = claim.statement
    if not text.endswith(".") or re.search(r"[.!?][”\"]? [A-Z]|\n", text):
        yield (
            Place("statement"),
            "The statement is not exactly one sentence with a full stop. Split it into two claims, or move the rest into the note.",
        )


def statement_length(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A statement has at most 200 characters."""
    if len(claim.statement) > MAX_STATEMENT:
        yield (
            Place("statement"),
            f"The statement has {len(claim.statement)} characters, at most {MAX_STATEMENT} are allowed. Shorten it or move a part into the note.",
        )


def banned_words(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """No word that hedges, ages or talks down."""
    found = sorted(BANNED & set(re.findall(r"[a-z']+", claim.statement.lower())))
    if found:
        yield (
            Place("statement"),
            f"The statement says {', '.join(found)}. Say when, where or by whom instead, or leave the word out.",
        )


def stands_alone(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A statement can be quoted alone: it names its subject and addresses nobody."""
    words = claim.statement.split()
    addressed = {"you", "your", "we", "our", "us", "i"} & {word.lower().strip(".,:;") for word in words}
    if (words and words[0] in {"It", "They", "This", "These", "He", "She"}) or addressed:
        yield (
            Place("statement"),
            "The statement does not stand alone. Name its subject instead of a pronoun, and write it in the third person.",
        )


def limit_has_value(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A limit has a number with a unit, and nothing else has one."""
    if claim.kind == "limit" and claim.value is None:
        yield (
            Place("kind"),
            "A limit needs its number. Add a [value] table with quantity, unit and bound, or choose another kind.",
        )
    if claim.kind != "limit" and claim.value is not None:
        yield (
            Place("value"),
            f"A claim of kind {claim.kind} has no value. Remove the [value] table, or make the kind `limit`.",
        )


def known_unit(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A unit is one that pages and model can write."""
    if claim.value and claim.value.unit not in UNITS:
        yield Place("unit"), f"The unit {claim.value.unit!r} is not known. Use one of: {', '.join(UNITS)}."


def version_form(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """Versions are numbers like 16.1, or empty; the last is not before the first."""
    for key in ("since", "until"):
        text = getattr(claim, key)
        if text and not _VERSION.fullmatch(text):
            yield (
                Place(key),
                f"{key} is {text!r}. Write an iOS version like 16.1, or leave it empty where none applies.",
            )
            return
    if claim.since and claim.until and _numbers(claim.since)[0] > _numbers(claim.until)[0]:
        yield (
            Place("until"),
            f"The claim ends with iOS {claim.until} before it begins with iOS {claim.since}. Exchange the two, or correct one.",
        )


def short_quotes(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A quote has fewer than 25 words."""
    for number, source in enumerate(claim.source):
        if (count := len(source.quote.split())) > MAX_QUOTE:
            yield (
                Place("quote", number),
                f"The quote has {count} words, at most {MAX_QUOTE} are allowed. Keep the words that carry the claim.",
            )


def canonical_url(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """Every source has the one address under which everybody cites it."""
    for number, source in enumerate(claim.source):
        if wrong := not_canonical(source.url):
            yield Place("url", number), f"{source.url} is not the canonical form: {wrong}"


def not_canonical(url: str) -> str:
    """Why an address is not in its canonical form and what to do; empty where it is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    apple, github = host == "developer.apple.com", host == "github.com"
    remedies = {
        "write https:// and the bare host, without user and port.": parts.scheme != "https"
        or not host
        or host != parts.netloc,
        "leave out the www., or add the host to WITH_WWW in checks/claim_texts.py where the site has no other.": host.startswith(
            "www."
        )
        and host not in WITH_WWW,
        "leave out the tracking parameters.": any(
            _TRACKING.match(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)
        ),
        "write Apple's path in small letters; a documentation page or a thread has no slash at its end, a video has one.": apple
        and not _APPLE.fullmatch(parts.path),
        "leave out the slash at the end.": github and parts.path.endswith("/"),
        "name the commit (40 hex digits) instead of a branch, for a branch moves.": github
        and bool(_BRANCH.match(parts.path)),
        "cite the file on github.com, at a commit.": host == "raw.githubusercontent.com",
    }
    return next((remedy for remedy, wrong in remedies.items() if wrong), "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
