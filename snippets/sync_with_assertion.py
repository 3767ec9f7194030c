"""The same start with a background task assertion. Its end stops the sync in good order; the next start goes on.

Claims: background-assertion.duration, background-assertion.expiration-handler
"""

import asyncio

from afterswipe import MB, Phone, show, size
from faultlab import Container, serve, sync_of

SOUNDS = {"Dawn": 6 * MB, "Noon": 6 * MB, "Dusk": 6 * MB, "Midnight": 6 * MB}
LEAVES_AFTER = 5  # seconds

phone = Phone(ios="18")
phone.network.downlink = 5  # Mbit/s
feed = serve(phone, SOUNDS)
container = Container()
fetched = []


async def music(app):
    time_is_up = asyncio.Event()
    sync = sync_of(app, feed, container)
    here = sync.state()
    print(f"{app.now:.0f} s: launched. Here: {here.files} sounds, and {size(here.bytes_in_parts)} of parts")
    extra_time = app.begin_background_task("sync", expiration_handler=time_is_up.set)
    report = await sync.run(until=time_is_up)
    print(f"{app.now:.0f} s: {report.why.value}. Fetched in this run: {size(report.bytes_fetched)}")
    fetched.append(report.bytes_fetched)
    app.end_background_task(extra_time)


phone.open(music)
phone.wait(seconds=LEAVES_AFTER)
phone.swipe_up()
phone.wait(minutes=1)
phone.memory_pressure()
phone.wait(seconds=10)
phone.open()
phone.wait(seconds=15)
print(f"{sum(fetched):,} bytes were fetched in all: the list, and {sum(SOUNDS.values()):,} bytes of sounds.")
show(phone.timeline())
