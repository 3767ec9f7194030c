"""The files that are left, handed to a background session: at the start, or when the person leaves five seconds later.

Claims: background-urlsession.another-process-moves-the-bytes, background-urlsession.background-start-is-discretionary
"""

from afterswipe import MB, Phone, duration
from afterswipe.sync import Stop
from faultlab import Container, serve, sync_of

SOUNDS = {"Dawn": 2 * MB, "Noon": 2 * MB, "Dusk": 2 * MB, "Midnight": 2 * MB}
LEAVES_AFTER = 5  # seconds


def hand_over(app, sync):
    return [(file, app.background_url_session.download(file.url)) for file in sync.pending_files()]


def music(feed, container, when):
    async def start(app):
        card = app.activities.request("Getting your sounds")
        if when == "at the start":
            # asked before each file: this run reads the list, and gets no file itself
            sync = sync_of(app, feed, container, policy=lambda: Stop.ASKED_TO_STOP)
            await sync.run()
            handed_over = hand_over(app, sync)
        else:
            sync, handed_over = sync_of(app, feed, container), []

            @app.observe
            def told(what):
                if what == "sceneDidEnterBackground":
                    sync.close()  # from here on it writes nothing
                    handed_over.extend(hand_over(app, sync))

            await sync.run()
        for file, download in handed_over:
            [share async for share in download]
            sync_of(app, feed, container).adopt(file, download.content)
        report = await sync_of(app, feed, container).run()  # the metadata, and the end of the events
        card.end("Your sounds are here")
        print(f"  {duration(app.clock.now)} after the start: {report.why.value}")
        app.complete_wake()

    return start


for when in ("at the start", "when the person leaves"):
    print(f"Handed over {when}:")
    phone, container = Phone(ios="18"), Container()
    phone.network.switch_to("cellular", downlink=2)  # Mbit/s
    phone.open(music(serve(phone, SOUNDS), container, when))
    phone.wait(seconds=LEAVES_AFTER)
    phone.swipe_up()
    for network in ("cellular", "Wi-Fi"):
        phone.network.switch_to(network)
        phone.wait(hours=1)
        here = [name for name in container.left().files if name.startswith("files/")]
        print(f"  after an hour on {network}: {len(here)} sounds are here")
    print(f"  {str(phone.truth()).splitlines()[-1]}")
