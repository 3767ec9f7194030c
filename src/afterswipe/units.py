"""Units and how they are written: bytes, milliseconds, durations, shares."""

KB = 1_000
"""Bytes in a kilobyte, as Apple counts them: 1,000."""

MB = 1_000_000
"""Bytes in a megabyte, as Apple counts them: 1,000,000."""

GB = 1_000_000_000
"""Bytes in a gigabyte, as Apple counts them: 1,000,000,000."""

SECOND = 1_000
"""Milliseconds in a second. The phone's clock counts whole milliseconds."""

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
YEAR = 365 * 24 * HOUR


def duration(ms: int) -> str:
    """Write a length of time given in milliseconds in at most two units: `0.4 s`, `2 min 57 s`, `8 h`."""
    if ms < 10 * SECOND:
        return f"{ms / SECOND:.1f}".removesuffix(".0") + " s"
    seconds = round(ms / SECOND)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min" + f" {seconds} s" * bool(seconds) if minutes else f"{seconds} s"


def stopwatch(ms: int) -> str:
    """Write a moment of a run as `m:ss` or `h:mm:ss`."""
    seconds = ms // SECOND
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def percent(share: float) -> str:
    """Write a share of 0 to 1 in whole per cent, never rounded up: 99.9 % is not done."""
    return f"{int(share * 100 + 1e-9)} %"


def size(count: int) -> str:
    """Write a number of bytes: `512 KB`, `60 MB`, `2.5 MB`."""
    for unit, name in ((GB, "GB"), (MB, "MB"), (KB, "KB")):
        if count >= unit:
            return f"{int(count / unit * 10) / 10:g} {name}"
    return f"{count} bytes"
