"""Since iOS 27 an intent can run past 30 seconds while it reports progress, with a card by the system.

Claims: long-running-intent.extends-the-limit, long-running-intent.stops-without-progress,
long-running-intent.system-shows-the-card
"""

import asyncio

from afterswipe import MB, LongRunningIntent, Phone, UnavailableError


class PostStory(LongRunningIntent):
    """Uploads 60 MB, which takes about 40 seconds."""

    title = "Post story"
    reports: bool

    async def perform(self, app):
        """Upload it."""

        async def upload():
            async for sent in app.url_session.upload("story.mov", size=60 * MB):
                if self.reports:
                    self.report_progress(sent)

        await self.perform_background_task(upload)

    def cancelled(self, app, reason):
        """Hear why."""
        print(f"  {app.now - 60:.0f} s after the tap, the intent is told: {reason}")


async def app_main(_app):
    await asyncio.sleep(10_000)


for ios, reports, stops in (("26", True, 0), ("27", True, 0), ("27", False, 0), ("27", True, 10)):
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    print(f"iOS {ios}, " + ("with progress" if reports else "without progress"))
    intent = PostStory()
    intent.reports = reports
    try:
        phone.intents.tap(intent)
    except UnavailableError as refused:
        print(f"  {refused}")
        continue
    phone.wait(seconds=stops or 25)
    for card in phone.lock_screen().cards:
        print(f"  {card.kind} card: {card.says(phone.clock.now)}; the app is in the {phone.app_state.value}")
    if stops:
        phone.intents.stop()
    phone.wait(minutes=2)
    print(f"  {phone.truth().transfers[-1]}")
