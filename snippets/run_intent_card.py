"""A button in a widget posts a story of 60 MB: the app is never opened, and the system shows how far it is."""

import asyncio

from afterswipe import MB, LongRunningIntent, Phone, show

SIZE = 60 * MB
LOOKS_AFTER = 35  # seconds after the tap

phone = Phone(ios="27")


class PostStory(LongRunningIntent):
    """What the button does."""

    title = "Post story"

    async def perform(self, app):
        """Upload it, and report how far it is."""

        async def upload():
            async for sent in app.url_session.upload("story.mov", size=SIZE):
                self.report_progress(sent)

        await self.perform_background_task(upload)


async def app_main(_app):
    await asyncio.sleep(10_000)


phone.open(app_main)
phone.wait(seconds=5)
phone.swipe_up()
phone.wait(seconds=25)
phone.intents.tap(PostStory())
phone.wait(seconds=LOOKS_AFTER)
show(phone.lock_screen())
phone.wait(seconds=30)
print(phone.truth())
show(phone.timeline())
