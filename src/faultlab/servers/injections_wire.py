"""How each fault of the wire is done: from the honest reply to the one that a client sees."""

import gzip
from dataclasses import replace

from .exchange import Exchange, Injection, Target
from .wire import Ending, Reply

__all__ = ["WIRE_INJECTIONS"]

_HTML = b"<!doctype html><title>Welcome to the hotel</title><p>Please sign in.</p>"
_ELSEWHERE = "https://portal.example/"


def _short(x: Exchange) -> Reply:
    return x.reply.cut(x.kept, Ending.SHORT)


def _without_length(x: Exchange) -> Reply:
    return x.reply.cut(x.kept, Ending.COMPLETE).having(content_length=None)


def _reset(x: Exchange) -> Reply:
    return x.reply.cut(x.kept, Ending.RESET)


def _stall(x: Exchange) -> Reply:
    return x.reply.cut(x.kept, Ending.STALL)


def _all_but_the_end(x: Exchange) -> Reply:
    """Every byte, and then no end: the client cannot know that it has all of them."""
    return replace(x.reply, ending=Ending.RESET).having(content_length=None)


def _shrunk(x: Exchange) -> Reply:
    if not x.there:
        return x.reply
    x.truth.replace(x.content_id, (x.request.start or 0) // 2)
    size = len(x.truth.contents[x.content_id].file or b"")
    return Reply(416, {"content-range": f"bytes */{size}", "content-length": "0"})


def _replaced(x: Exchange) -> Reply:
    if not x.there:
        return x.reply
    x.truth.replace(x.content_id)
    return x.again()


def _replaced_and_hidden(x: Exchange) -> Reply:
    if not x.there:
        return x.reply
    x.truth.replace(x.content_id)
    return x.again(if_range=None)


def _whole(x: Exchange) -> Reply:
    return x.again(range=None)


def _moved(x: Exchange) -> Reply:
    """206 from an offset that nobody asked for, with the bytes that belong there."""
    asked = x.request.start or 0
    total = len(x.again(range=None).body)
    start = {"before": asked // 2, "after": min(asked + (total - asked) // 2, total - 1), "start": 0}[x.arg]
    return x.again(range=f"bytes={start}-", if_range=None)


def _unnamed(x: Exchange) -> Reply:
    if x.arg == "missing":
        return x.reply.having(content_range=None)
    span = x.reply.headers.get("content-range", "")
    part = f"--part\r\nContent-Type: audio/mpeg\r\nContent-Range: {span}\r\n\r\n".encode()
    body = part + x.reply.body + b"\r\n--part--\r\n"
    changed = x.reply.having(
        content_type="multipart/byteranges; boundary=part",
        content_range=None,
        content_length=str(len(body)),
    )
    return replace(changed, body=body)


def _no_strong_validator(x: Exchange) -> Reply:
    honest = x.again(if_range=None) if "if-range" in x.request.headers else x.reply
    etag = f"W/{honest.headers['etag']}" if x.arg == "weak" and "etag" in honest.headers else None
    return honest.having(etag=etag, last_modified=None)


def _another_validator(x: Exchange) -> Reply:
    """As many origins behind one name: each answer has its own tag, so no `If-Range` ever fits."""
    void = x.request.headers.get("if-range") is not None
    answer = x.again(range=None) if void else x.reply
    return answer.having(etag=f'"origin-{x.number}"', last_modified=None)


def _dates_only(x: Exchange) -> Reply:
    asked = x.request.headers.get("if-range", "")
    return x.again(range=None) if asked.startswith(('"', "W/")) else x.again(if_range=None)


def _compressed(x: Exchange) -> Reply:
    whole = gzip.compress(x.again(range=None).body, mtime=0)
    body = whole[x.request.start or 0 :] if x.arg == "range" else whole
    return replace(
        x.reply.having(content_encoding="gzip", content_length=str(len(body))),
        body=body,
    )


def _broken_page(x: Exchange) -> Reply:
    body = x.reply.body
    if x.arg == "cut":
        return replace(x.reply, body=body[: len(body) // 2]).having(content_length=None)
    first = gzip.compress(body[: len(body) // 2], mtime=0)
    packed = first + gzip.compress(body[len(body) // 2 :], mtime=0) if x.arg == "members" else first[:-8]
    return replace(x.reply, body=packed).having(content_encoding="gzip", content_length=str(len(packed)))


def _wrong_length(x: Exchange) -> Reply:
    length = len(x.reply.body)
    return x.reply.having(
        content_length={"negative": f"-{length}", "small": str(length // 2), "large": str(length * 2)}[x.arg]
    )


def _portal(x: Exchange) -> Reply:
    if x.arg == "redirect":
        return Reply(302, {"location": _ELSEWHERE, "content-length": "0"})
    status = 511 if x.arg == "511" else 200
    return Reply(status, {"content-type": "text/html", "content-length": str(len(_HTML))}, _HTML)


def _redirect(x: Exchange) -> Reply:
    base = x.request.url.split("?")[0]
    to = {
        "loop": x.request.url,
        "many": f"{base}?hop={x.number}",
        "http": base.replace("https://", "http://"),
        "file": "file:///etc/passwd",
        "origin": base.replace("://", "://other.", 1),
    }[x.arg]
    if x.arg == "origin" and "://other." in x.request.url:
        return x.reply
    return Reply(302, {"location": to, "content-length": "0"})


def _drip(x: Exchange) -> Reply:
    return replace(x.reply, pace=4.0, piece=1)


def _later(x: Exchange) -> Reply:
    return Reply(503, {"retry-after": x.arg, "content-length": "0"})


def _signed_out(_x: Exchange) -> Reply:
    return Reply(401, {"www-authenticate": "Bearer", "content-length": "0"})


def _failing(x: Exchange) -> Reply:
    return Reply(int(x.arg), {"content-length": "0"})


def _senseless(x: Exchange) -> Reply:
    if x.arg != "206":
        return Reply(int(x.arg), {})
    total = len(x.reply.body)
    half = x.reply.cut(total // 2, Ending.COMPLETE)
    span = f"bytes 0-{total // 2 - 1}/{total}"
    return replace(half, status=206).having(content_range=span, content_length=str(total // 2))


def _cached(x: Exchange) -> Reply:
    """What a cache stored for this URL, unless the request says that it wants none of that."""
    if x.request.headers.get("cache-control") == "no-cache":
        return x.reply
    stored: Reply = x.memory.setdefault(x.request.url, x.reply)
    return stored


WIRE_INJECTIONS = {
    "F01": Injection(Target.FILE, _all_but_the_end),
    "F02": Injection(Target.REST, _shrunk),
    "F03": Injection(Target.REST, _replaced),
    "F04": Injection(Target.REST, _replaced_and_hidden),
    "F05": Injection(Target.REST, _whole),
    "F06": Injection(Target.REST, _moved, ("before", "after", "start")),
    "F07": Injection(Target.REST, _unnamed, ("missing", "multipart")),
    "F08": Injection(Target.FILE, _no_strong_validator, ("weak", "none")),
    "F09": Injection(Target.FILE, _another_validator),
    "F10": Injection(Target.REST, _dates_only),
    "F11": Injection(Target.FILE, _short, number=True),
    "F12": Injection(Target.FILE, _without_length, number=True),
    "F13": Injection(Target.FILE, _reset, number=True),
    "F14": Injection(Target.FILE, _compressed, ("whole", "range")),
    "F15": Injection(Target.FEED, _broken_page, ("truncated", "members", "cut")),
    "F16": Injection(Target.FILE, _wrong_length, ("negative", "small", "large")),
    "F17": Injection(Target.ANY, _portal, ("html", "redirect", "511")),
    "F19": Injection(Target.ANY, _redirect, ("loop", "many", "http", "file", "origin")),
    "F20": Injection(Target.FILE, _drip),
    "F21": Injection(Target.FILE, _stall, number=True),
    "F22": Injection(Target.ANY, _later, ("120", "Tue, 22 Sep 2026 05:46:40 GMT", "999999999")),
    "F23": Injection(Target.FILE, _signed_out),
    "F24": Injection(Target.ANY, _failing, ("500", "502", "503")),
    "F25": Injection(Target.FILE, _senseless, ("304", "204", "206")),
    "F26": Injection(Target.FEED, _cached),
}
"""How each fault of the wire is done, with its variants."""
