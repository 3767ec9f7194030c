"""The swoop: a card is on the Lock Screen, and no code runs.

Claims: life-cycle.suspended-runs-no-code, life-cycle.suspension-is-the-default, live-activity.gives-no-run-time
"""

import asyncio

from afterswipe import Phone, show

phone = Phone(ios="18")


async def podcast_app(app):
    app.activities.request("Syncing sounds", text="3 of 120")
    while True:
        await asyncio.sleep(1)
        print(f"{app.now:.0f} s: the app's code runs")


phone.open(podcast_app)
phone.wait(seconds=3)
phone.swipe_up()  # the card swoops into the Dynamic Island
phone.wait(minutes=10)

show(phone.lock_screen())
print(phone.truth())
