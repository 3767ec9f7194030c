"""An expiring activity: work under the app's background time, and a warning before the process is suspended.

Claims: background-assertion.expiring-activity-warns
"""

import asyncio

from afterswipe import Phone, UnavailableError


async def notes(app):
    async def save(expired):
        if expired:
            print(f"  {app.now:.0f} s: about to be suspended, so it stops here")
            stop.set()
            return
        while not stop.is_set():
            saved.append(app.now)
            await asyncio.sleep(1)
        print(f"  {app.now:.0f} s: {len(saved)} notes saved")

    stop, saved = asyncio.Event(), []
    try:
        app.perform_expiring_activity("saving notes", save)
    except UnavailableError as no:
        print(f"  {no}")
    await asyncio.Event().wait()


for ios in ("8.1", "8.2", "18"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(notes)
    phone.swipe_up()
    phone.wait(minutes=4)
    print(f"  in the end the app is {phone.app_state.value}")
