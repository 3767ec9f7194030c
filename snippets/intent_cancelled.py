"""An intent that is stopped at its limit: since iOS 26.4 it can be told why.

Claims: intents.cancellation-gives-a-reason
"""

import asyncio

from afterswipe import CancellableIntent, Phone, UnavailableError


class Export(CancellableIntent):
    """Takes a minute."""

    title = "Export"

    async def perform(self, _app):
        """Work."""
        await asyncio.sleep(60)

    def cancelled(self, _app, reason):
        """Hear of it."""
        print(f"  told: {reason}")


async def app_main(_app):
    await asyncio.sleep(10_000)


for ios in ("26", "26.4"):
    print(f"iOS {ios}")
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    try:
        phone.intents.run(Export())
    except UnavailableError as refused:
        print(f"  {refused}")
    phone.wait(minutes=2)
