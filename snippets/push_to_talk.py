"""Push to Talk gives an app run time while it transmits, and none for anything else.

Claims: push-to-talk.run-time
"""

import asyncio

from afterswipe import Phone, UnavailableError

TALKS = 20  # seconds


async def app_main(app):
    try:
        app.pushes.request_begin_transmitting()
    except UnavailableError as refused:
        print(f"  {refused}")
    await asyncio.sleep(TALKS)
    app.pushes.stop_transmitting()
    print(f"  {app.now:.0f} s: the app's code still runs")
    await asyncio.sleep(10_000)


for ios in ("15", "16"):
    print(f"iOS {ios}")
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    print(f"  1 min later the app is {phone.app_state.value}")
