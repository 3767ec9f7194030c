"""A server starts a card by push, since iOS 17.2. The push needs an alert, and wakes the app for a short time.

Claims: live-activity-push.push-to-start, live-activity-push.push-to-start-needs-an-alert,
live-activity-push.push-to-start-wakes-the-app, live-activity-push.push-to-start-has-its-own-token
"""

from afterswipe import AfterSwipeError, Phone


async def app_main(app):
    print(f"  the app is launched by {app.launch_reason}")


def push(phone, alert):
    try:
        phone.live_activity_pushes.start("Your story", text="queued on the server", alert=alert)
        print(f"  {len(phone.lock_screen().cards)} card(s); the app is {phone.app_state.value}")
    except AfterSwipeError as refused:
        print(f"  {refused}")


for ios in ("17.1", "17.2"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    push(phone, "Your story is being posted")
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=5)
    phone.memory_pressure()
    push(phone, "")
    push(phone, "Your story is being posted")
    phone.wait(minutes=1)
    print(f"  a minute later the app is {phone.app_state.value}")
