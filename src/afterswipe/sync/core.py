"""One run, as typed states: facts go in, the next state comes out. No I/O, no clock.

    Begin ─▶ AskFeed ─▶ KeepPage ─▶ AskFeed … ─▶ Work ─▶ Ended
                            └─▶ Begin (more may have come)

The feed comes first, page by page, then what it and last time's rest ask for. A cursor belongs to one feed
and one generation of it: where that changes, or the server does not know the cursor, the whole list is read
again, apart from what is known, and takes its place with its last page. Each way back changes something and
is counted.
"""

from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, NamedTuple

from afterswipe.sync.feed.protocol import ALL, BEYOND, DAY, SECOND, Identity, Page
from afterswipe.sync.feed.records import Had, Place

from .errors import DiskFull, EndlessPaging, FeedError, NoRoom, NotAFeed, SyncError, UnknownEvent, Unreachable
from .limits import Limits
from .outcome import Stop

_CUT_MAX = 2  # how often a page that was cut, or has a gap, is asked for
_BOUND = 50  # events, of which a plain list may have no more only because its server bounds it


class Begin(NamedTuple):
    """About to run."""

    limits: Limits
    pages: int = 0  # that were read

    def next(self, wall: float, place: Place) -> "AskFeed | Ended":
        """The feed first, from where it had come to. A pause outlives a run, but not a clock that was set."""
        if 0 < place.not_before - wall <= self.limits.retry_after_max:
            return Ended(Stop.SERVER_BUSY, not_before=place.not_before)
        full = place.cursor is None or place.shadow is not None
        lost = place.shadow is not None and place.page is None  # or a doubt has it begun: the cursor is good
        gap = full and (lost or place.had.missed > 0)
        ask = AskFeed(place, self.limits, full, pages=self.pages, since=place.page, gap=gap)
        return replace(ask, place=place._replace(shadow=None), forget=True) if lost else ask


@dataclass(frozen=True)
class AskFeed:
    """About to ask for a page."""

    place: Place
    limits: Limits
    full: bool  # whether the list is read from `all`, apart from what is known
    again: int = 0  # how often the same page was asked for in vain; also changes the address, for caches
    resyncs: int = 0
    forgotten: int = 0  # how often a page token had become useless
    pages: int = 0
    since: str | None = None  # the page at which another run had left off
    tokens: frozenset[str] = frozenset()  # page tokens that were used
    held: bool = False  # whether the cursor stays, because of an event that is not known
    newest: tuple[int, str] = (-1, "")  # of this list: its version, and what the cursor would be
    had: Had = field(default_factory=Had)  # what came of this list
    gap: bool = False  # whether numbers were missing, which may still come: then the cursor stays before them
    bare: bool = False  # whether the address has no query: one was refused
    forget: bool = False  # whether what there is of a list that was coming in is thrown away first

    @property
    def cursor(self) -> str:
        """What to ask for."""
        return self.place.page or (ALL if self.full else self.place.cursor or ALL)

    def next(self, page: Page | int, now: float = inf) -> "State":
        """What an answer means: a page, or the status that refused it; `now` is the earliest by any clock."""
        if isinstance(page, int):
            return self._refused(page)
        if page.identity.numbered is None:  # an empty page does not show it; then it is as before
            numbered = self._expected(page.identity).numbered
            page = replace(page, identity=replace(page.identity, numbered=numbered))
        if page.identity.feed_id is None and self.place.identity.feed_id is not None:
            said = "The feed was an extended one and is a plain list now. Ask its makers; or give a new directory."
            return Ended(Stop.FEED_UNUSABLE, NotAFeed(said))
        if not page.identity.same(self._expected(page.identity)):
            return self._start_full("the feed has another identity")
        latest = min(now * SECOND, BEYOND)
        had = self._had(page, latest)
        if had.lowest < BEYOND and not self.full:
            return self._start_full("the feed gives its numbers twice", had=had)
        gap = not self.full and page.identity.numbered and self._has_gap(page)
        if gap or (page.next is None and not page.complete):
            if self.again < _CUT_MAX:
                return replace(self, again=self.again + 1)
            if gap:
                since = self.place.had.missed or now
                return self._start_full("the feed has a gap", gap=abs(now - since) < DAY, missed=since)
            return Ended(Stop.FEED_UNUSABLE, NotAFeed("A page of the feed is cut: no `next` or `complete`."))
        stored = self.place.stored + len(page.events)
        most = stored > self.limits.events or self.pages + 1 >= self.limits.pages
        if page.next is not None and (most or page.next in self.tokens):
            said = f"The feed's list does not end: page {self.pages + 1} leads to {page.next[:40]!r}. Ask its makers."
            return Ended(Stop.FEED_UNUSABLE, EndlessPaging(said))
        return self._kept(page, BEYOND if page.identity.numbered else latest, had)

    def _kept(self, page: Page, latest: float, had: Had) -> "KeepPage":
        # An event of tomorrow is no cursor: what comes until then would never be seen (S16).
        numbered, known = page.identity.numbered, [e for e in page.events if e.version < latest]
        came = [(e.version, str(e.version) if numbered else e.date_time) for e in known]
        newest = max([self.newest, *came, *((version, str(version)) for version in page.unknown)])
        after = replace(
            self, again=0, forget=False, pages=self.pages + 1, held=self.held or bool(page.unknown), newest=newest, had=had,
            tokens=self.tokens | {page.next} if page.next else self.tokens)  # fmt: skip
        cursor = _cursor(page, newest, full=self.full) if page.complete and not after.held else None
        stays = self.gap and page.identity.same(self.place.identity) and self.place.version <= newest[0]
        cursor = (self.place.cursor, self.place.version) if stays and self.place.cursor else cursor
        if cursor and not self.full and cursor[1] < self.place.version:
            cursor = None
        # A later run begins with the page that this one has, to see that it is as it was. Without numbers it
        # could not find its newest event again.
        here = self.place.page if page.next and numbered and not after.held and had.lowest == BEYOND else None
        return KeepPage(page, cursor, (here, newest[0]) if here else None, after)

    def _expected(self, came: Identity) -> Identity:
        return self.place.shadow or replace(came, numbered=None) if self.full else self.place.identity

    def _has_gap(self, page: Page) -> bool:
        """Whether numbers are missing between what is known and the end of this page."""
        known = max(self.place.page_version if self.place.page else self.place.version, self.newest[0])
        numbers = {n for n in (*(e.version for e in page.events), *page.unknown) if n > known}
        start = known if known >= 0 else min(numbers, default=0) - 1  # a cursor that is no number tells none
        # A cursor that has always been the highest number is behind all that is missing, too.
        counts = page.complete and (self.place.had.missed or self.place.version == self.place.had.highest)
        told = (counts and _cursor(page, (start, ""), full=False)) or ("", start)
        return max(told[1], *numbers, start) - start != len(numbers)

    def _refused(self, status: int) -> "AskFeed | Ended":
        if self.again and not self.bare:
            return replace(self, bare=True)
        if self.place.page is not None and self.forgotten < _CUT_MAX:
            place = self.place._replace(page=None, page_version=-1, shadow=None, stored=0)
            fresh = replace(self, place=place, tokens=frozenset(), newest=(-1, ""), forget=True)
            return replace(fresh, again=self.again + 1, forgotten=self.forgotten + 1)
        if not self.full:
            return self._start_full(f"the server does not know the cursor ({status})")
        said = f"There is no feed at this address ({status}). Look at the address."
        if self.place.page is not None or self.pages:
            said = f"The feed refuses what it has named itself ({status}). Perhaps the servers behind its address differ: run again, and if it stays so, tell its makers."
        return Ended(Stop.FEED_UNUSABLE, NotAFeed(said))

    def _start_full(self, reason: str, *, missed: float = 0, **how: Any) -> "AskFeed | Ended":
        if self.resyncs >= self.limits.resyncs:
            again = f"Reading the whole list again did not help: {reason}. Ask the feed's makers."
            return Ended(Stop.FEED_UNUSABLE, FeedError(again))
        had = self.place.had._replace(missed=missed)
        fresh = self.place._replace(page=None, page_version=-1, shadow=None, stored=0, had=had)
        return AskFeed(fresh, self.limits, full=True, again=1, resyncs=self.resyncs + 1, forget=True, **how)

    def _had(self, page: Page, latest: float) -> Had:
        """What has come. What is dated later has an older number only if a backup took that back (S16)."""
        of, dated = self.place.had, max([self.had.dated, *(e.dated for e in page.events if e.dated < latest)])
        most = of.highest if page.identity.numbered and page.identity.same(self.place.identity) else -1
        anew = (e.version for e in page.events if e.version <= most and of.dated < e.dated <= dated)
        highest = max([self.newest[0], *(e.version for e in page.events), *page.unknown])
        return Had(highest, dated, of.missed if self.gap else 0, min([self.had.lowest, *anew]))


def _cursor(page: Page, newest: tuple[int, str], *, full: bool) -> tuple[str, int] | None:
    """The next cursor and its version: None if a list tells none, -1 if it may be ahead of a snapshot."""
    if page.cursor is None or (full and not newest[1]):
        return (newest[1], newest[0]) if newest[1] else None
    if page.identity.numbered and page.cursor.isdecimal() and int(page.cursor) <= BEYOND:
        return page.cursor, int(page.cursor)
    return page.cursor, -1 if full and page.identity.numbered else newest[0]


@dataclass(frozen=True)
class KeepPage:
    """Store a page's events, and the place after it; the last one of a full list swaps that in."""

    page: Page
    cursor: tuple[str, int] | None
    at: tuple[str, int] | None
    after: AskFeed

    def next(self) -> "AskFeed | Begin | Work":
        """On to the next page, if there is one."""
        if self.page.complete:
            # Of a list that another run began, what is new since then is on no page; a plain one may be bounded.
            many = self.page.identity.feed_id is None and len(self.page.events) >= _BOUND
            on = many and self.cursor and self.cursor[0] != self.after.place.cursor
            if self.after.since or (on and self.after.pages < self.after.limits.pages):
                return Begin(self.after.limits, self.after.pages)
            return Work(self.after.held, self.after.full)
        shadow = self.page.identity if self.after.full else None
        to = self.after.place._replace(page=self.page.next, page_version=self.after.newest[0], shadow=shadow)
        return replace(self.after, place=to._replace(stored=to.stored + len(self.page.events)))


@dataclass(frozen=True)
class Work:
    """Get what the feed asks for, and remove what nobody refers to."""

    held: bool = False
    whole: bool = True  # whether the whole list was read

    def next(self, left: int, problems: set[type[SyncError]]) -> "Ended":
        """The end: with everything here, or not."""
        if self.held:
            said = "The feed has events that this version does not know; the cursor stays before them. Update the program."
            return Ended(Stop.NEEDS_UPDATE, UnknownEvent(said))
        why = Stop.OFFLINE if problems == {Unreachable} else Stop.INCOMPLETE
        why = Stop.NEEDS_SPACE if problems & {NoRoom, DiskFull} else why
        return Ended(why if left else Stop.FINISHED)


class Ended(NamedTuple):
    """The run is over."""

    why: Stop
    problem: SyncError | None = None
    not_before: float | None = None


type State = Begin | AskFeed | KeepPage | Work | Ended
