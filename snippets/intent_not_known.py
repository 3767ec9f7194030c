"""Where nobody has published an answer, the model gives none: LongRunningIntent's pauses, and a force quit.

The errors name claims of the kind gap. They are no rules, and cannot be switched off.

Claims: long-running-intent.system-shows-the-card
"""

import asyncio

from afterswipe import LongRunningIntent, NotKnownError, Phone


class Pauses(LongRunningIntent):
    """Reports once, then works on in silence."""

    title = "Export"

    async def perform(self, _app):
        """Work in silence."""

        async def work():
            self.report_progress(0.1)
            await asyncio.sleep(120)

        await self.perform_background_task(work)


async def app_main(_app):
    await asyncio.sleep(10_000)


def tapped():
    phone = Phone(ios="27")
    phone.open(app_main)
    phone.swipe_up()
    phone.intents.tap(Pauses())
    phone.wait(seconds=5)
    print(f"the system's card: {[card.says(phone.clock.now) for card in phone.lock_screen().cards]}")
    return phone


for action in (lambda phone: phone.wait(minutes=1), lambda phone: phone.force_quit()):
    try:
        action(tapped())
    except NotKnownError as gap:
        print(gap)
