"""One file's transfer, as typed states: facts and an answer go in, a decision comes out. No I/O, no clock.

    Ask ──answer──▶ Receive   write from `size` on
                    Ask       the same again, otherwise: from the start, without resuming
                    Verify    every byte is here
                    Refuse    this answer cannot be used, and asking again would not help
                    Wait      the server wants a pause
                    Not       gone, not allowed, or somebody else's

The rules: bytes are appended only where the answer says that they belong, and only if it is the same
representation: same total, same strong validator, or a digest from the feed that will judge the whole. A
transport never decides that a file is complete.
"""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from enum import Enum
from typing import NamedTuple

from afterswipe.sync.feed.protocol import FileInfo
from afterswipe.sync.feed.records import Part
from afterswipe.sync.limits import Limits

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII | re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})", re.ASCII | re.IGNORECASE)
_SECONDS = re.compile(r"(\d+)\s*(?:[,.s]|$)", re.ASCII)  # also twice, with a fraction, or a unit
_LENGTH = re.compile(r"\d{1,20}", re.ASCII)
_GZIP = "gzip", "x-gzip", "pack200-gzip", "deflate", "compress", "x-compress"
_CODINGS = {*_GZIP, "br", "zstd", "dcb", "dcz", "exi", "aes128gcm", "bzip2", "xz", "lzma", "lz4"}
_NO_SOUNDS = ("json", "xml", "byteranges", "mpegurl")
_FOR_PEOPLE = ("text/html", "application/xhtml+xml")
_PAGE = re.compile(rb"\s*<(!doctype )?html\b", re.IGNORECASE)
_NO_SOUND = re.compile(rb'(\xef\xbb\xbf)?\s*(<[!?a-z]|\{\s*")', re.IGNORECASE)
_NO_TEXT, _JSON = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\xff]"), re.compile(rb"\A(\xef\xbb\xbf)?\s*[\[{]")

NOTHING, USUAL, _OF_NOTHING = Part(), Limits(), hashlib.sha256().hexdigest()

OK, PARTIAL, BAD_REQUEST, PROXY, GONE, UNSATISFIABLE, SERVER_ERROR = 200, 206, 400, 407, 410, 416, 500
_LATER = (408, 421, 425, 429)
_NOT_OF_A_RANGE = (401, PROXY, *_LATER)
PAUSES = (429, 503)  # the whole server wants a pause, and not only this address


def dated(said: str) -> float | None:
    """A date of HTTP, in seconds since 1970."""
    with suppress(ValueError, TypeError, OverflowError):
        return mktime_tz(parsedate_tz(said))  # type: ignore[arg-type]
    return None


@dataclass
class Answer:
    """An answer's status and headers, with lower-case names."""

    status: int
    headers: Mapping[str, str]
    came: float = 0  # by the wall clock here
    at: str = ""  # where a redirect has led: a tag means something only there
    endless: bool = False  # its body ends where the connection does: nothing tells whether too early

    def __post_init__(self) -> None:
        said = self.headers.get
        tag = said("etag", "").strip()
        strong = tag.startswith('"') and tag.endswith('"') and len(tag) > 1
        # A weak tag, or a date, vouches for no bytes, and one that is not ASCII could not be sent back.
        self.validator: str | None = self.at + tag if strong and tag.isascii() else None
        self.kind: str = said("content-type", "").partition(";")[0].strip().lower()
        length = "" if "transfer-encoding" in self.headers else said("content-length", "")  # none of chunks
        self.length: int | None = int(length) if _LENGTH.fullmatch(length) else None

    @property
    def sent(self) -> float:
        """When it was sent, by its own `Date`; where it has none, when it came."""
        return dated(self.headers.get("date", "")) or self.came

    @property
    def retry_after(self) -> float | None:
        """`Retry-After` in seconds, if any. A moment is by the server's `Date`: our clock may be wrong."""
        said = self.headers.get("retry-after", "").strip()
        if seconds := _SECONDS.match(said):
            return float(seconds[1])
        return None if (moment := dated(said)) is None else max(0.0, moment - self.sent)

    @property
    def encoded(self) -> bool:
        """Whether the bytes are not the file's. `aws-chunked` or `UTF-8`, no codings, say nothing (S22)."""
        said = self.headers.get("content-encoding")
        return said is not None and not _CODINGS.isdisjoint(re.findall(r"[^\s,;]+", said.lower()))

    def for_people(self, begins: bytes, *, document: bool = False) -> bool:
        """Whether a body that begins so is a page for people."""
        # Many servers call everything one: what is no text, or is JSON, is none.
        page, other = (_PAGE, _JSON) if document else (_NO_SOUND, _NO_TEXT)
        text = self.kind in _FOR_PEOPLE or (self.kind == "text/plain" and not document)
        markup = page.match(begins) and not _NO_TEXT.search(begins)  # a sound may begin with these letters
        return bool(markup) or (text and not other.search(begins))


class Receive(NamedTuple):
    """Cut the part to `ask.size` bytes, then write the body behind them; from then on it is `ask.here`."""

    ask: "Ask"


class Verify(NamedTuple):
    """Every byte seems to be here: look at size and digest."""

    ask: "Ask"


class Refuse(NamedTuple):
    """Not usable."""

    reason: str
    wrong_file: bool = False  # whether it is another file than the feed's: perhaps the feed has a newer event


class Wait(NamedTuple):
    """The server wants a pause, of `retry_after` seconds if it says so."""

    status: int
    retry_after: float | None


class Not(Enum):
    """Why there is no body of this content."""

    HERE = "the server does not have it"
    ALLOWED = "the server wants credentials"
    ITS_OWN = "something in between answered"


_NONE = dict.fromkeys((404, 410), Not.HERE) | dict.fromkeys((401, 403, 407), Not.ALLOWED) | {511: Not.ITS_OWN}

type Decision = Receive | Verify | Refuse | Wait | Not | Ask


class Ask(NamedTuple):
    """About to ask for the file, or for what is missing of it."""

    want: FileInfo
    size: int  # bytes that are here
    here: Part = NOTHING  # of which representation they are
    restarts: int = 0
    limits: Limits = USUAL
    piece: int = 0  # where the range ends whose body it is: no end of the file (S22)
    whole: bool = False  # no range is asked for: one was refused (S18). What is here stays until a body comes
    wrong: str | None = None  # the validator of a body whose digest was not the feed's
    judged: bool = False
    """Whether tags mean nothing any more: one was refused in a range, and the feed's digest judges (S18)."""
    document: bool = False  # whether it is metadata or a page
    anew: bool = False  # whether a copy in a cache will not do
    endless: bool = False

    @property
    def may_resume(self) -> bool:
        """Whether what is here can be added to: recognisably the same, or judged in the end by its digest."""
        possible = self.size > 0 and not self.whole and self.restarts < self.limits.restarts
        return possible and (self.here.validator is not None or self.want.sha256 is not None)

    @property
    def headers(self) -> dict[str, str]:
        """What to send."""
        sent = {"accept-encoding": "identity"}
        if self.may_resume:
            sent["range"] = f"bytes={self.size}-"
            if self.here.validator and not self.judged:
                sent["if-range"] = self.here.validator[self.here.validator.index('"') :]
        if self.anew or self.restarts:
            sent["cache-control"] = "no-cache"
        return sent

    def restart(self, reason: str) -> "Ask | Refuse":
        """Throw away what is here and ask from the start; at some point, no more."""
        if self.document or self.restarts >= self.limits.restarts:
            return Refuse(reason, wrong_file=not self.document)
        return self._replace(size=0, here=NOTHING, restarts=self.restarts + 1)

    def next(self, answer: Answer) -> Decision:
        """Decide what an answer means. What is refused of a rest may be given of the whole (S18)."""
        decision = self._means(answer)
        refused = isinstance(decision, Refuse | Not) and answer.status not in _NOT_OF_A_RANGE
        return self._replace(whole=True) if refused and self.may_resume else decision

    def _means(self, answer: Answer) -> Decision:
        in_part = answer.status == PARTIAL or (self.may_resume and "content-range" in answer.headers)
        if answer.status in (OK, PARTIAL):  # some servers give the range, say which it is, and call it 200
            if answer.encoded:
                said = f"encoded as {answer.headers['content-encoding']} although identity was asked for"
                return Not.ITS_OWN if answer.kind in _FOR_PEOPLE else Refuse(said)
            return self._partial(answer) if in_part else self._whole(answer)
        if answer.status == UNSATISFIABLE:
            return self._unsatisfiable(answer)
        if answer.status in _NONE:
            return _NONE[answer.status]
        if answer.status >= SERVER_ERROR or answer.status in _LATER:
            return Wait(answer.status, answer.retry_after)
        return Refuse(f"status {answer.status} is no answer to this request")

    def _whole(self, answer: Answer) -> Decision:
        """200: the server did not, or would not, continue. What is here is replaced, never added to."""
        if self.may_resume and (answer.kind in _FOR_PEOPLE or answer.length != self.here.total):
            return self._replace(whole=True, anew=True)  # the rest, a cache's, or for ranges alone (S18)
        document = answer.kind.endswith(_NO_SOUNDS) and answer.kind not in _FOR_PEOPLE
        if document and not self.document and self.want.sha256 is None:
            return Refuse(f"{answer.kind} came, which is no sound")
        span = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        if span and (int(span[1]) or span[3] != f"{int(span[2]) + 1}"):
            return self.restart("a piece came where the whole was asked for")
        if self.wrong and self.wrong == answer.validator:
            return Refuse("it is the very file whose digest or size was wrong", wrong_file=True)
        here = Part(answer.validator, int(span[3]) if span else answer.length)
        if wrong := self._size_is_wrong(here.total):
            return Not.ITS_OWN if answer.kind in _FOR_PEOPLE else wrong
        judged = self.judged or (self.may_resume and self.want.sha256 is not None)
        new = self._replace(size=0, here=here, piece=0, judged=judged, endless=answer.endless)
        return Receive(new._replace(whole=self.whole and not self.anew))

    def _partial(self, answer: Answer) -> Decision:
        match = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        if not self.may_resume:  # some servers call every answer a part, also the whole
            whole = match and match[1] == "0" and match[3] == f"{int(match[2]) + 1}"
            return self._whole(answer) if whole else Refuse("206 although no range was asked for")
        if self.want.sha256 is None and answer.kind.endswith((*_NO_SOUNDS, "html", "plain")):
            return Refuse(f"{answer.kind} came, which is no rest of a sound")
        if not match:
            return self.restart("206 without a Content-Range that can be used")
        start, end = int(match[1]), int(match[2])
        total = None if match[3] == "*" else int(match[3])
        if start > self.size or end < start or (total is not None and end >= total):
            return self.restart(f"206 for bytes {start} to {end} when {self.size} are here")
        if self.here.total is not None and total is not None and total != self.here.total:
            return self.restart("the file's size changed between two requests")
        unknown = self.judged or None in (self.here.validator, answer.validator)
        if self.want.sha256 is None if unknown else answer.validator != self.here.validator:
            return self.restart("the file changed between two requests")
        if wrong := self._size_is_wrong(total):
            return self.restart(wrong.reason)
        here = Part(answer.validator or self.here.validator, total or self.here.total)
        return Receive(self._replace(size=start, here=here, piece=end + 1, endless=False))

    def _unsatisfiable(self, answer: Answer) -> Decision:
        match = _UNSATISFIED.fullmatch(answer.headers.get("content-range", "").strip())
        complete = match and int(match[1]) == self.size and self.here.total in (None, self.size)
        recognised = answer.validator is not None and answer.validator == self.here.validator
        whole = self.size and complete and (self.want.sha256 is not None or recognised)
        sure = self._replace(endless=False)
        return Verify(sure) if whole else self.restart("the server says that it has no such bytes (416)")

    def _size_is_wrong(self, total: int | None) -> Refuse | None:
        if total == 0 and self.want.size is None and self.want.sha256 != _OF_NOTHING:
            return Refuse("an empty body, and nothing says that it may be", wrong_file=True)
        if (total or 0) > self.limits.file_bytes and not self.document:
            return Refuse(f"{total} bytes; {self.limits.file_bytes} is the limit (Limits.file_bytes)")
        if None not in (total, self.want.size) and total != self.want.size:
            return Refuse(f"{total} bytes where the feed says {self.want.size}", wrong_file=True)
        return None

    def room(self) -> int:
        """How many bytes the whole may have at most, by everything that is known."""
        ends = self.piece if self.piece and self.want.sha256 is None else None  # behind it may be anything
        known = [size for size in (self.want.size, self.here.total, ends) if size is not None]
        return min([*known, self.limits.file_bytes])

    def ended(self, size: int, *, cut: bool = False) -> "Ask | Verify":
        """The body ended, or was `cut`, at `size` bytes: all, by a size that is known or by a whole's end."""
        whole = self.want.size if self.want.size is not None else self.here.total
        # A last chunk says that it is the end.
        sure = self.here.total is None and (whole is None or not self.endless)
        now, ends = self._replace(size=size), sure and size and not self.piece and not cut
        return Verify(now) if ends or size == whole else now
