"""The first start, left after five seconds by an app that asks for no more time: what the next start finds.

Claims: life-cycle.suspension-is-the-default
"""

from afterswipe import MB, Phone, size
from faultlab import Container, serve, sync_of

SOUNDS = {"Dawn": 2 * MB, "Noon": 2 * MB, "Dusk": 2 * MB, "Midnight": 2 * MB}
LEAVES_AFTER = 5  # seconds

phone = Phone(ios="18")
phone.network.downlink = 2  # Mbit/s
feed = serve(phone, SOUNDS)
container = Container()  # the app's files and its database: they outlive its process


async def music(app):
    sync = sync_of(app, feed, container)
    here = sync.state()
    print(f"{app.now:.0f} s: launched. Here: {here.files} sounds, and {size(here.bytes_in_parts)} of parts")
    report = await sync.run()
    print(f"{app.now:.0f} s: {report.why.value}. Fetched in this run: {size(report.bytes_fetched)}")


phone.open(music)
phone.wait(seconds=LEAVES_AFTER)
phone.swipe_up()
phone.wait(hours=1)
phone.memory_pressure()
print(f"{phone.clock.now // 1000} s: the app is {phone.app_state.value}")
phone.open()
phone.wait(minutes=2)
