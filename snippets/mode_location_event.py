"""A location event used to wake upload apps: once, until the app's code arms it again.

After a force quit Apple's archived guide and a report disagree; a phone follows the document unless told otherwise. How long
such a wake-up lasts is an assumption.

Claims: model.wake-run-time, location.monitoring-restarts-at-launch, location.relaunch-after-force-quit
"""

from afterswipe import MB, Phone

SIZE = 60 * MB
DISPUTED = "location.relaunch-after-force-quit"


def uploading(arms):
    async def app_main(app):
        if arms or app.launch_reason == "person":
            app.location.start_monitoring_significant_location_changes()
        if app.launch_reason != "person":
            async for _ in app.url_session.upload("holiday.mov", size=SIZE):
                pass
            app.complete_wake()

    return app_main


for ending, arms, follows in (
    ("memory_pressure", True, "document"),
    ("memory_pressure", False, "document"),
    ("force_quit", True, "document"),
    ("force_quit", True, "report"),
):
    phone = Phone(ios="26", disputes={DISPUTED: follows})
    phone.open(uploading(arms))
    phone.swipe_up()
    phone.wait(minutes=1)
    woken = []
    for _ in range(3):
        getattr(phone, ending)()
        woken.append(phone.background_modes.location_event())
        phone.wait(minutes=2)
    arming = "armed at each launch" if arms else "armed by the first only"
    print(f"{ending}, {arming}, by the {follows}: woken {woken.count(True)} of 3 times")
    if woken[0]:
        print(f"  {phone.truth().transfers[0]}; the app is {phone.app_state.value}")
