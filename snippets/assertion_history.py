"""The same code on four systems: the extra time has shrunk from minutes to seconds.

Claims: background-assertion.duration-ios-4, background-assertion.duration-ios-7, background-assertion.duration
"""

import asyncio

from afterswipe import Phone

for ios in ("6", "9", "13", "27"):
    phone = Phone(ios=ios)

    async def app_main(app):
        app.begin_background_task(
            "upload", lambda: print(f"iOS {phone.rules.ios}: time is up after {app.now:.0f} s")
        )
        await asyncio.sleep(1000)

    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=15)
