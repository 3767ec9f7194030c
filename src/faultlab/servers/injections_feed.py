"""How each fault of the feed is done: to the truth behind it, or to the page on its way."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .exchange import Exchange, Injection, Target
from .wire import Ending, Reply

__all__ = ["FEED_INJECTIONS"]

_MIB = 1 << 20
_OK = 200

type Events = list[dict[str, Any]]


def _page(x: Exchange, change: Callable[[Events], Events]) -> Reply:
    """The page with other events. What is no page, because another fault came first, stays as it is."""
    page = _read(x.reply)
    if isinstance(page, list):
        return _written(x.reply, change(page))
    return x.reply if page is None else _written(x.reply, {**page, "events": change(page["events"])})


def _read(reply: Reply) -> Any:
    """The page, or None where there is none."""
    if reply.status != _OK:
        return None
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def _written(reply: Reply, page: object) -> Reply:
    body = json.dumps(page).encode()
    return replace(reply, body=body).having(content_length=str(len(body)))


def _empty(x: Exchange) -> Reply:
    """Nothing new, and the cursor is where it was. A full list is left alone: one that says it is complete is believed."""
    page = _read(x.reply)
    asked = x.request.path.rpartition("/")[2]
    if isinstance(page, dict) and asked != "all":
        return _written(x.reply, {**page, "events": [], "next": None, "complete": True, "cursor": asked})
    return _written(x.reply, []) if isinstance(page, list) else x.reply


def _twice(x: Exchange) -> Reply:
    """Each event twice, or the events of the page before once more."""
    if x.arg == "event":
        return _page(x, lambda events: [event for event in events for _ in range(2)])
    before: Events = x.memory.get("before", [])

    def with_those_before(events: Events) -> Events:
        x.memory["before"] = events
        return before + events

    return _page(x, with_those_before)


def _backwards(x: Exchange) -> Reply:
    return _page(x, lambda events: events[::-1])


def _gap(x: Exchange) -> Reply:
    """One event is missing, and what comes later shows it. Not from a full list: that one may leave numbers out."""
    page = _read(x.reply)
    last = not isinstance(page, dict) or page["complete"]
    if x.request.path.endswith("/all") or (
        last and len(page["events"] if isinstance(page, dict) else page or ()) < 3
    ):
        return x.reply
    return _page(x, lambda events: events[: len(events) // 2] + events[len(events) // 2 + 1 :])


def _cursor_refused(x: Exchange) -> Reply:
    """An error for every cursor but `all`, or a backup that was restored: then the log begins anew."""
    if x.arg == "restored":
        x.truth.restart()
        number = x.request.path.rpartition("/")[2].rpartition(".")[2]
        url = f"{x.request.url.rpartition('/')[0]}/{number}"  # a server that does not notice what it lost
        return x.server.answer(replace(x.request, url=url))
    if x.request.path.endswith("/all"):
        return x.reply
    return Reply(int(x.arg), {"content-type": "application/problem+json", "content-length": "2"}, b"{}")


def _another_feed(x: Exchange) -> Reply:
    x.truth.feed_id = f"another-than-{x.truth.feed_id}"
    return x.again()


def _page_lost(x: Exchange) -> Reply:
    return replace(x.reply, ending=Ending.REFUSED)


def _no_cursor(x: Exchange) -> Reply:
    """A last page that does not say where to go on, or a middle page without the token of the next one."""
    page = _read(x.reply)
    if not isinstance(page, dict):
        return x.reply
    if x.arg == "last":
        page.pop("cursor", None)
    else:
        page["next"] = None
    return _written(x.reply, page)


def _for_ever(x: Exchange) -> Reply:
    token = x.request.path.rsplit("/", 1)[-1]
    if x.arg == "other":
        token = f"{x.truth.generation}.{'0' * x.number}"  # all of them lead to the beginning
    page = {"feed_id": x.truth.feed_id, "generation": x.truth.generation}
    body = json.dumps({**page, "events": [], "next": token, "complete": False}).encode()
    return Reply(_OK, {"content-type": "application/json", "content-length": str(len(body))}, body)


def _replaced_behind(x: Exchange) -> Reply:
    """The first half of the old file; or, from a broken server, half of each under one validator."""
    if not x.there:
        return x.reply
    old = x.reply
    x.truth.replace(x.content_id)
    if x.arg == "between":
        return old.cut(len(old.body) // 2, Ending.SHORT)
    new = x.again(if_range=None)
    half = len(old.body) // 2
    return replace(old, body=old.body[:half] + new.body[half:])


def _deleted(x: Exchange) -> Reply:
    if not x.there:
        return x.reply
    old = x.reply
    x.truth.delete(x.content_id)
    return old.cut(len(old.body) // 2, Ending.SHORT) if x.arg == "between" else x.again()


def _unknown(x: Exchange) -> Reply:
    name = {"event": "event_type", "media": "media_type"}[x.arg]
    return _page(x, lambda events: [*events[:-1], {**events[-1], name: 9}] if events else events)


def _dates(x: Exchange) -> Reply:
    """All dates in the past, or each earlier than the one before it."""

    def changed(events: Events) -> Events:
        years = (1999 if x.arg == "past" else 2099 - number for number in range(len(events)))
        return [
            {**event, "date_time": f"{year}{event['date_time'][4:]}"}
            for event, year in zip(events, years, strict=True)
        ]

    return _page(x, changed)


def _too_much(x: Exchange) -> Reply:
    if x.arg == "event":
        return _page(x, lambda events: [{**event, "note": "n" * (65 * _MIB)} for event in events[:1]])
    if x.arg == "events":
        return _page(x, lambda events: events * 20_000)
    return replace(x.reply, body=b" " * _MIB, times=5 * 1024).having(content_length=None)


def _hostile(x: Exchange) -> Reply:
    return _page(x, lambda events: [{**event, "content_id": x.arg} for event in events[:1]] + events[1:])


def _endless(x: Exchange) -> Reply:
    if x.arg == "lying":
        return replace(x.reply, body=x.reply.body * 3)
    return replace(x.reply, body=bytes(_MIB), times=10 * 1024).having(content_length=None)


HOSTILE_NAMES = (
    "../../outside",
    "/etc/passwd",
    "C:\\Windows\\system.ini",
    "nul\x00byte",
    "CON",
    "n" * 300,
    "caf\u00e9",
    "cafe\u0301",
    "..",
)
"""Names that have been a danger to somebody's disk."""

FEED_INJECTIONS = {
    "F18": Injection(Target.FEED, _empty),
    "F27": Injection(Target.FEED, _twice, ("event", "page")),
    "F28": Injection(Target.FEED, _backwards),
    "F29": Injection(Target.FEED, _gap),
    "F30": Injection(Target.FEED, _cursor_refused, ("410", "404", "409", "restored")),
    "F31": Injection(Target.FEED, _another_feed),
    "F32": Injection(Target.FEED, _page_lost),
    "F33": Injection(Target.FEED, _no_cursor, ("last", "middle")),
    "F34": Injection(Target.FEED, _for_ever, ("same", "other")),
    "F35": Injection(Target.FILE, _replaced_behind, ("between", "mixed")),
    "F36": Injection(Target.FILE, _deleted, ("before", "between")),
    "F37": Injection(Target.FEED, _unknown, ("event", "media")),
    "F38": Injection(Target.FEED, _dates, ("past", "backwards")),
    "F39": Injection(Target.FEED, _too_much, ("bytes", "event", "events")),
    "F49": Injection(Target.FEED, _hostile, HOSTILE_NAMES),
    "F51": Injection(Target.FILE, _endless, ("endless", "lying")),
}
"""How each fault of the feed is done, with its variants."""
