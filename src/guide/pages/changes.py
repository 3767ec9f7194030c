"""The page of what has changed: every change to a claim, the newest day first, from the claims' histories. The feed has the same."""

from collections.abc import Iterator, Sequence

from afterswipe.claims.sources import Change, Claim
from guide.claims import feed, said, words

FIRST = "created"
"""The change with which a claim begins."""


def page(claims: Sequence[Claim]) -> str:
    """The page as Markdown."""
    days = sorted({change.date for claim in claims for change in claim.history}, reverse=True)
    lines = [
        "# What has changed",
        "",
        "**Every correction of a claim stands here with its day and its reason, and the claim keeps its address.**",
        "",
        f"The newest day comes first. A reader of feeds can follow [the same as a feed](site:{feed.FILE}). [How we know](../how-we-know.md#dispute) says how a sentence is disputed.",
        "",
    ]
    for day in days:
        today = [(claim, change) for claim in claims for change in claim.history if change.date == day]
        changed = [(claim, change) for claim, change in today if change.change != FIRST]
        new = [claim for claim, change in today if change.change == FIRST]
        lines += [f"## {words.day(day)} {{: #d{day} }}", ""]
        lines += list(_changed(changed))
        if new and day == days[-1]:
            lines += [f"The first {len(new)} claims were written. [All claims](../claims.md).", ""]
        elif new:
            lines += [f"### New {{: #n{day} }}", "", *(_line(claim) for claim in new), ""]
    return "\n".join(lines)


def _changed(pairs: Sequence[tuple[Claim, Change]]) -> Iterator[str]:
    """The changes of a day by their kind, each with its reason."""
    for kind in dict.fromkeys(change.change for _, change in pairs):
        yield from (f"### {kind[:1].upper()}{kind[1:]}", "")
        for claim, change in pairs:
            if change.change == kind:
                yield f"{_line(claim)} {change.note}".rstrip()
        yield ""


def _line(claim: Claim) -> str:
    """The sentence, which leads to its claim itself and not to a successor, with the word of what does not stand."""
    return f"- [{said.said(claim).title}](site:c/{claim.id}/)"
