"""F27 to F39: what a feed can say that is wrong, old, repeated or too much."""

from .kind import Dimension, FaultKind

__all__ = ["FEED"]


FEED = (
    FaultKind(
        "F27", "The same again", Dimension.FEED,
        "An event comes twice, or a whole page does.",
        "Applying it again changes nothing and fetches nothing.",
        "test_f27_the_same_again_changes_nothing", naive=True,
    ),
    FaultKind(
        "F28", "Out of order", Dimension.FEED,
        "An update comes before its created event, a deletion before what it deletes, an old event after a newer one.",
        "The newer version stays. A tombstone is kept and wins over an older event.",
        "test_f28_the_order_does_not_matter", naive=True,
    ),
    FaultKind(
        "F29", "A gap in the numbers", Dimension.FEED,
        "An event is missing between two.",
        "The sync stops at the gap and asks again; if the gap stays, everything is asked for anew.",
        "test_f29_a_gap_is_not_skipped", naive=True,
        plain="Events have no numbers, so a gap cannot be seen.",
        partly="A full list may leave numbers out. Where its cursor is of the server's own making, a gap right behind it cannot be seen.",
    ),
    FaultKind(
        "F30", "The cursor is no longer valid", Dimension.FEED,
        "404, 409 or 410 for the cursor, or a restored backup: the log begins anew with lower numbers.",
        "Everything is asked for anew, beside what there is, and put in its place in one transaction. Files that are right are not fetched again.",
        "test_f30_a_cursor_of_the_past", naive=True,
        plain="404, 409 and 410 are seen. A log that silently began anew is not: there is no generation.",
    ),
    FaultKind(
        "F31", "The cursor of another feed", Dimension.FEED,
        "The same address serves another account or environment.",
        "The cursor belongs to the feed's identity. Another identity means that everything is asked for anew.",
        "test_f31_the_cursor_of_another_feed", naive=True,
        plain="A feed without an identity cannot be told from another.",
    ),
    FaultKind(
        "F32", "Killed between two pages", Dimension.FEED,
        "The token of a middle page is no cursor of the whole.",
        "Page and token become durable together, so the next run goes on behind the last page that is stored.",
        "test_f32_killed_between_two_pages", naive=True,
        plain="There are no pages.",
    ),
    FaultKind(
        "F33", "A page without a cursor", Dimension.FEED,
        "The answer holds events and no token.",
        "A good cursor is never overwritten by nothing.",
        "test_f33_a_page_without_a_cursor", naive=True,
        plain="The cursor is the newest date-time, so an empty list leaves the old one.",
    ),
    FaultKind(
        "F34", "Pages for ever", Dimension.FEED,
        "Each page names the same next page, or always another one.",
        "The same token twice is an error of the server, and the number of pages is bounded.",
        "test_f34_a_feed_that_pages_for_ever",
        plain="There are no pages.",
    ),
    FaultKind(
        "F35", "Replaced while it is being fetched", Dimension.FEED,
        "The file becomes another one between two pieces of the old one.",
        "Bytes of two versions are never in one file. The newer version is there at the end.",
        "test_f35_replaced_in_the_middle", naive=True,
    ),
    FaultKind(
        "F36", "Deleted while it is being fetched", Dimension.FEED,
        "The file is 404 in the middle of the run, or was deleted before the event came.",
        "The 404 is reported and stops nothing; the deletion that explains it clears away what was fetched.",
        "test_f36_deleted_in_the_middle", naive=True,
    ),
    FaultKind(
        "F37", "An event of an unknown kind", Dimension.FEED,
        "The media type or the event type is one that this version does not know.",
        "The sync says so and holds the cursor before it. What it cannot understand is not skipped.",
        "test_f37_an_unknown_event_holds_the_cursor", naive=True,
    ),
    FaultKind(
        "F38", "A clock that is wrong, or jumps", Dimension.CLOCK,
        "The server's dates and the phone's clock differ by years, and the phone's clock is set back in the middle.",
        "Order comes from the feed. Deadlines use a clock that only goes forward. Only a stored pause uses the time of day, and it is bounded.",
        "test_f38_clocks_that_lie",
        partly="There is no local time in it, so daylight saving cannot change anything.",
    ),
    FaultKind(
        "F39", "Far too much", Dimension.FEED,
        "Millions of events, a page of gigabytes, one event of a hundred megabytes.",
        "Every amount has a limit, and reading stops there. What was there before stays.",
        "test_f39_more_than_the_limits_allow",
    ),
)  # fmt: skip
"""The faults of the feed, in order."""
