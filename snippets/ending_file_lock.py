"""An app that is suspended with a lock on a shared file is ended: 0xdead10cc. A short assertion around the lock prevents it.

Claims: life-cycle.file-lock-at-suspension
"""

import asyncio

from afterswipe import Phone

WRITES_FOR = 10  # seconds in which the app writes to the database that it shares with its extension

for asks in (False, True):

    async def app_main(app):
        extra_time = app.begin_background_task("write") if asks else None
        with app.file_lock("queue.sqlite"):
            await asyncio.sleep(WRITES_FOR)
        if extra_time is not None:
            app.end_background_task(extra_time)

    phone = Phone(ios="18")
    phone.open(app_main)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=1)
    print("with a background task assertion:" if asks else "the person leaves while the app writes:")
    end = phone.endings.last
    print(f"  {end.code}: {end.why}" if end else f"  written, and the app is {phone.app_state.value}")
