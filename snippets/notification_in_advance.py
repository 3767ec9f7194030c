"""The bad news is scheduled in advance and taken back when all went well: the system shows it without the app.

Claims: life-cycle.local-notification-without-the-app, model.failure-notice-after
"""

from afterswipe import MB, Phone
from afterswipe.story import STRATEGIES, Story, run

RECIPE = next(strategy for strategy in STRATEGIES if strategy.name == "full recipe before iOS 26")


def post(network_returns: bool) -> None:
    seen: list[Phone] = []

    def away(phone: Phone) -> None:
        seen.append(phone)
        phone.wait(seconds=5)
        phone.swipe_up()
        phone.network.disconnect()
        phone.wait(minutes=1)
        phone.memory_pressure()
        if network_returns:
            phone.network.connect()
        phone.wait(minutes=20)
        for notice in phone.notifications.shown:
            print(f"  at {notice.at / 60000:g} min, the app is {phone.app_state.value}: {notice.text}")

    run(RECIPE, Story(60 * MB), away)
    if not seen[0].notifications.shown:
        print("  no notification")


print("The network is lost, and back after a minute:")
post(network_returns=True)
print("The network is lost for good:")
post(network_returns=False)
