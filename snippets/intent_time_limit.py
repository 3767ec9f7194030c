"""A tap in a widget runs an app intent for 30 seconds: too short for a story of 60 MB, which takes about 40.

Claims: intents.time-limit, intents.widget-buttons-run-an-intent
"""

import asyncio

from afterswipe import MB, AppIntent, Phone, UnavailableError


class PostStory(AppIntent):
    """Uploads in the app's process."""

    title = "Post story"

    def __init__(self, size):
        self.size = size

    async def perform(self, app):
        """Upload it."""
        async for _ in app.url_session.upload("story.mov", size=self.size):
            pass


async def app_main(_app):
    await asyncio.sleep(10_000)


def attempt(ios, how, size):
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    start = phone.clock.now
    try:
        getattr(phone.intents, how)(PostStory(size))
        phone.wait(minutes=5)
        last = [entry for entry in phone.record if "intent" in str(entry)][-1]
        print(f"iOS {ios}, {how}, {size // MB} MB: {last.change} after {(last.at - start) / 1000:.0f} s")
    except UnavailableError as refused:
        print(f"iOS {ios}, {how}: {refused}")


attempt("15", "run", 20 * MB)
attempt("16", "run", 20 * MB)
attempt("16", "tap", 20 * MB)
attempt("17", "tap", 20 * MB)
attempt("17", "tap", 60 * MB)
