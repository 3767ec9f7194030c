"""What ActivityKit refuses, and what it ignores.

Claims: live-activity.starts-in-foreground, live-activity.updates-need-run-time, live-activity.payload-limit,
live-activity.updates-after-the-end-are-ignored
"""

import asyncio

from afterswipe import AfterSwipeError, Phone

phone = Phone(ios="18")
cards = []


def attempt(what, action):
    try:
        action()
        print(f"{what}: accepted")
    except AfterSwipeError as refused:
        print(f"{what}: {refused}")


async def app_main(app):
    attempt("a card with 5 KB of data", lambda: app.activities.request("Big", text="x" * 5000))
    cards.append(app.activities.request("Posting your story", text="sending"))
    app.begin_background_task("a little longer")
    await asyncio.sleep(10)
    attempt("a card started in the background", lambda: app.activities.request("Too late"))
    await asyncio.sleep(1000)


phone.open(app_main)
phone.wait(seconds=5)
phone.swipe_up()
phone.wait(seconds=10)
ended = cards[0]
ended.end("Posted")
attempt("an update after the end", lambda: ended.update(text="Once more"))
print(f"  the card is {ended.activity_state.value}")
phone.wait(minutes=5)
attempt("an update with no run time", lambda: ended.update(text="from outside"))
