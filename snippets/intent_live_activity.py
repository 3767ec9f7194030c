"""A LiveActivityIntent starts a Live Activity without opening the app; another intent may not, and neither card brings time.

Claims: intents.live-activity-intent
"""

import asyncio

from afterswipe import AfterSwipeError, AppIntent, LiveActivityIntent, Phone


class StartCard(AppIntent):
    """An ordinary intent."""

    title = "Start (AppIntent)"

    async def perform(self, app):
        """Start it."""
        await start(app)


class StartCardAsLiveActivityIntent(LiveActivityIntent):
    """The same code."""

    title = "Start (LiveActivityIntent)"

    async def perform(self, app):
        """Start it."""
        await start(app)


async def start(app):
    print(f"  runs in the app's process, state {app.state.value!r}")
    try:
        app.activities.request("Posting your story", text="0 %")
    except AfterSwipeError as refused:
        print(f"  {refused}")
    await asyncio.sleep(5)


async def app_main(_app):
    await asyncio.sleep(10_000)


for ios, intent in (
    ("16.1", StartCardAsLiveActivityIntent()),
    ("17", StartCard()),
    ("17", StartCardAsLiveActivityIntent()),
):
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    print(f"iOS {ios}, {intent.title}")
    try:
        phone.intents.run(intent)
    except AfterSwipeError as refused:
        print(f"  {refused}")
    phone.wait(minutes=1)
    print(f"  1 min later: {len(phone.lock_screen().cards)} card, the app is {phone.app_state.value}")
