"""Location updates bring run time; in the background an app gets them with a session or with a Live Activity.

The app has permission While Using. A Live Activity without updates brings no time.

Claims: location.background-activity-session, location.live-activity-authorises-updates, model.location-interval
"""

import asyncio

from afterswipe import Phone, UnavailableError


def note(moment):
    updates.append(moment)


def walking(help_by):
    async def app_main(app):
        if help_by == "a session":
            app.location.background_activity_session()
        elif help_by == "a Live Activity":
            app.activities.request("Your walk")
        async for moment in app.location.live_updates():
            note(moment)

    return app_main


async def only_a_card(app):
    app.activities.request("Your walk")
    while True:
        await asyncio.sleep(1)
        note(app.now)


def left_for_two_minutes(app_main, ios, what):
    phone = Phone(ios=ios)
    updates.clear()
    try:
        phone.open(app_main)
    except UnavailableError as refused:
        print(f"iOS {ios}, {what}: {refused}")
        return None
    phone.wait(seconds=10)
    phone.swipe_up()
    phone.wait(minutes=2)
    print(f"iOS {ios}, {what}: the app's code ran {len(updates)} times, the last time at {updates[-1]:.0f} s")
    return phone


updates = []
left_for_two_minutes(walking("a session"), "16.7", "updates and a session")
left_for_two_minutes(walking(""), "17", "updates alone")
left_for_two_minutes(only_a_card, "17", "a Live Activity alone")
left_for_two_minutes(walking("a session"), "17", "updates and a session")
phone = left_for_two_minutes(walking("a Live Activity"), "17", "updates and a Live Activity")
phone.remove_card()
phone.wait(minutes=1)
print(f"  the person removes the card: a minute later the app is {phone.app_state.value}")
