"""A silent push wakes the app for thirty seconds; after a force quit it does not.

Claims: silent-push.duration, force-quit.discards-silent-push
"""

import asyncio

from afterswipe import Phone

phone = Phone(ios="18")


async def app_main(app):
    print(f"{app.now:.0f} s: launched by {app.launch_reason}")
    while True:
        await asyncio.sleep(10)
        print(f"{app.now:.0f} s: the app's code runs")


phone.open(app_main)
phone.wait(seconds=5)
phone.swipe_up()
phone.wait(seconds=55)
print("a silent push arrives")
phone.pushes.silent()
phone.wait(minutes=4)
phone.force_quit()
print(f"{phone.clock.now / 1000:.0f} s: force quit, then another silent push")
phone.pushes.silent()
phone.wait(minutes=5)
print(f"{phone.clock.now / 1000:.0f} s: the app is {phone.app_state.value}")
