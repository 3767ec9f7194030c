"""A location event used to wake upload apps: it does after the system ended the app; after a force quit nobody knows.

The length of such a wake-up is an assumption.

Claims: model.wake-run-time
"""

from afterswipe import MB, NotKnownError, Phone

SIZE = 60 * MB


async def app_main(app):
    if app.launch_reason != "person":
        async for _ in app.url_session.upload("holiday.mov", size=SIZE):
            pass
        app.complete_wake()


for ending in ("memory_pressure", "force_quit"):
    phone = Phone(ios="26")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    getattr(phone, ending)()
    try:
        phone.background_modes.location_event()
    except NotKnownError as gap:
        print(f"{ending}: {gap}")
        continue
    phone.wait(minutes=2)
    print(f"{ending}: {phone.truth().transfers[0]}; the app is {phone.app_state.value}")
