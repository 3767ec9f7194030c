"""A timer that falls due while the app is suspended: it does not fire in the background, but late, when the app is back.

Claims: life-cycle.timers-wait-for-resume
"""

import asyncio

from afterswipe import Phone

DUE_AFTER = 30  # seconds
LEAVES, COMES_BACK = 2, 60  # seconds


async def app_main(app):
    print(f"{app.now:4.1f} s  the app starts a timer of {DUE_AFTER} s")
    await asyncio.sleep(DUE_AFTER)
    print(f"{app.now:4.1f} s  the timer fires; the app is {app.state.value}")


phone = Phone(ios="18")
phone.open(app_main)
phone.wait(seconds=LEAVES)
phone.swipe_up()
print(f"{LEAVES:4.1f} s  the person leaves")
phone.wait(seconds=COMES_BACK - LEAVES)
print(f"{COMES_BACK:4.1f} s  the person comes back; the app was {phone.app_state.value}")
phone.open()
phone.wait(minutes=1)
