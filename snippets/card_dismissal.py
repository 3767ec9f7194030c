"""How long a card stays after the app has ended it: four hours at most, whatever the app asks for.

Claims: live-activity.dismissal-policy
"""

from afterswipe import Phone

HOUR = 3600
POLICIES = {
    "default": "default",
    "immediate": "immediate",
    "after ten minutes": 600.0,
    "after six hours": 6.0 * HOUR,
}

for name, policy in POLICIES.items():
    phone = Phone(ios="18")

    async def app_main(app):
        app.activities.request("Posting your story").end("Posted", dismissal_policy=policy)

    phone.open(app_main)
    phone.wait(seconds=0)
    minutes = 0
    while phone.lock_screen().cards:
        phone.wait(minutes=1)
        minutes += 1
    print(f"{name}: the card is gone after {minutes} min")
