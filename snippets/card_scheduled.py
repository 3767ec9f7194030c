"""A card that starts by itself at a given time, since iOS 26. It starts a picture, and no code of the app.

Claims: live-activity.scheduled-start, live-activity.scheduled-start-needs-an-alert, live-activity.alert
"""

from afterswipe import AfterSwipeError, Alerted, Phone

TONIGHT = 3600  # seconds


async def sync_app(app):
    for alert in ("", "Your sync begins"):
        try:
            app.activities.request("Nightly sync", progress=0.0, start=app.now + TONIGHT, alert=alert)
            print("  scheduled")
        except AfterSwipeError as refused:
            print(f"  {refused}")


for ios in ("18", "26"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(sync_app)
    phone.swipe_up()
    for minutes in (30, 30, 20):
        phone.wait(minutes=minutes)
        for card in phone.cards:
            print(
                f"  {phone.clock.now // 60_000} min: {card.state.value}, the app is {phone.app_state.value}"
            )
    for alert in phone.record.of(Alerted):
        print(f"  the screen lights up at {alert.at // 60_000} min: {alert.text}")
    print("  " + str(phone.truth()).splitlines()[-1])
