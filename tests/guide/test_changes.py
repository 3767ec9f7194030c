"""What has changed: every change to a claim stands on its page, under its day and with its reason."""

from afterswipe import claims
from guide.claims import words
from guide.pages import changes

PAGE = changes.page(claims.every())


def test_every_change_that_is_no_beginning_has_its_reason_on_the_page():
    found = [
        (claim, change)
        for claim in claims.every()
        for change in claim.history
        if change.change != changes.FIRST
    ]
    assert len(found) > 30
    for claim, change in found:
        day = PAGE.split(f"## {words.day(change.date)} ")[1].partition("\n## ")[0]
        (line,) = [
            line for line in day.splitlines() if f"(site:c/{claim.id}/) {change.note}".rstrip() in line
        ]
        assert words.plain(claim.statement) in line


def test_the_newest_day_comes_first_and_what_is_new_is_named():
    days = [line for line in PAGE.splitlines() if line.startswith("## ")]
    assert days == sorted(days, key=lambda line: line.partition("#d")[2], reverse=True)
    first = min(change.date for claim in claims.every() for change in claim.history)
    for claim in claims.every():
        assert (f"(site:c/{claim.id}/)" in PAGE) == (claim.history[0].date > first or len(claim.history) > 1)
