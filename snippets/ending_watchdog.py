"""The watchdog ends an app that takes too long: to launch, or to say goodbye when it is left.

Claims: life-cycle.watchdog, life-cycle.did-enter-background-limit, model.watchdog-limit
"""

from afterswipe import Phone

DONE_IN_TIME, TOO_LONG = 4.5, 7  # seconds that the app saves its work for
LAUNCHES = 15, 25  # seconds that the app tidies up its database for at launch


def outcome(phone):
    end = phone.endings.last
    return (
        f"{end.code}: {end.why}, after {end.at / 1000:g} s" if end else f"the app is {phone.app_state.value}"
    )


for seconds in LAUNCHES:

    async def app_main(app):
        await app.block_main_thread(seconds)

    phone = Phone(ios="18")
    phone.open(app_main)
    phone.wait(minutes=1)
    print(f"a launch of {seconds} s: {outcome(phone)}")

for seconds in (DONE_IN_TIME, TOO_LONG):

    async def app_main(app):
        app.observe(
            lambda told: app.block_main_thread(seconds) if told == "sceneDidEnterBackground" else None
        )

    phone = Phone(ios="18")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    print(f"sceneDidEnterBackground saves for {seconds} s: {outcome(phone)}")
