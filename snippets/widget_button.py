"""A button in a widget: since iOS 17 a tap runs an action of the app, and the app is not opened.

Claims: intents.widget-buttons-run-an-intent
"""

import asyncio

from afterswipe import AppIntent, Phone, UnavailableError


class MarkAsHeard(AppIntent):
    """A small action, done in a moment."""

    title = "Mark as heard"

    async def perform(self, app):
        """Do it."""
        await asyncio.sleep(1)
        print(f"  done, and the app is in the {app.state.value}")


async def app_main(_app):
    await asyncio.sleep(10_000)


for ios in ("16.2", "17"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    try:
        phone.intents.tap(MarkAsHeard())
        phone.wait(minutes=1)
    except UnavailableError as refused:
        print(f"  {refused}")
