"""A restart: no process is left, and what becomes of a Live Activity nobody has published.

Claims: live-activity.reboot-persistence
"""

from afterswipe import NotKnownError, Phone

phone = Phone(ios="18")


async def post_story(app):
    if app.launch_reason == "person" and not list(app.activities):
        app.activities.request("Posting your story", progress=0.2)


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
try:
    phone.restart()
    print(f"restarted, with {len(phone.lock_screen().cards)} card on the Lock Screen")
except NotKnownError as gap:
    print(gap)

phone.remove_card()
phone.restart()
print(
    f"without a card: the app is {phone.app_state.value}, unlocked since: {phone.power.unlocked_since_restart}"
)
phone.unlock()
print(
    f"after the first unlock: the app is {phone.app_state.value}, unlocked since: {phone.power.unlocked_since_restart}"
)
