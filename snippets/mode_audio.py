"""Sound keeps an app running while it plays, on every iOS since 4; silence does too, and App Review forbids it.

Claims: audio.keep-alive-violates-review, life-cycle.background-modes
"""

from afterswipe import MB, Phone, UsageError


def posts(silent):
    async def app_main(app):
        app.audio.play(silent=silent)
        async for _ in app.url_session.upload("story.mov", size=60 * MB):
            pass
        app.audio.stop()

    return app_main


for ios in ("3", "4", "27"):
    for what, silent in (("a podcast", False), ("silence", True)):
        try:
            phone = Phone(ios=ios)
        except UsageError as refused:
            print(refused)
            break
        phone.open(posts(silent))
        phone.wait(seconds=2)
        phone.swipe_up()
        phone.wait(minutes=2)
        print(f"iOS {ios}, {what}: {phone.truth().transfers[0]}; the app is {phone.app_state.value}")
        for finding in phone.background_modes.review():
            print(f"  App Review: {finding}")

phone = Phone(ios="27")
phone.open(posts(silent=False))
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(seconds=10)
phone.background_modes.interrupt_audio()
phone.wait(minutes=2)
print(f"interrupted by a call: {phone.truth().transfers[0]}; the app is {phone.app_state.value}")
