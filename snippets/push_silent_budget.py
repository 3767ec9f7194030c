"""Six silent pushes in one hour: three wake the app, the others wait and arrive as one.

Apple advises a number and promises no delivery. That the phone counts an hour is an assumption (model.silent-push-window).

Claims: silent-push.budget, silent-push.always-discretionary, model.silent-push-window,
system-conditions.background-app-refresh-off, silent-push.headers
"""

from afterswipe import AfterSwipeError, Phone


async def app_main(app):
    app.pushes.did_receive_remote_notification(app.complete_wake)


def attempt(phone, **headers):
    try:
        outcome = phone.pushes.silent(**headers)
    except AfterSwipeError as refused:
        outcome = refused
    print(f"{phone.clock.now / 60_000:3.0f} min: {outcome}")


for ios in ("6", "7", "12", "13"):
    print(f"iOS {ios}, a push with priority 10:")
    old = Phone(ios=ios)
    old.open(app_main)
    old.swipe_up()
    attempt(old, priority=10)

print("iOS 18, every ten minutes:")
phone = Phone(ios="18")
phone.open(app_main)
phone.swipe_up()
for _ in range(6):
    phone.wait(minutes=10)
    attempt(phone)
phone.wait(minutes=60)
for push in phone.record:
    if "waited" in str(push):
        print(f"{push.at / 60_000:3.0f} min: {push}")
phone.wait(hours=2)
print("with Background App Refresh off:")
phone.conditions.background_app_refresh = False
attempt(phone)
