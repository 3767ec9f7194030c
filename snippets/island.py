"""The Dynamic Island: not while the app is in front, and never more than two.

Claims: live-activity.hidden-for-the-foreground-app, live-activity.island-shows-two
"""

from afterswipe import Phone

phone = Phone(ios="18")


async def app_main(app):
    for name in ("Story", "Reel", "Photo"):
        app.activities.request(name)


def island():
    return ", ".join(card.title for card in phone.dynamic_island()) or "empty"


phone.open(app_main)
print(f"the app is in front: {island()}")
phone.swipe_up()
print(f"the person has left: {island()}")
print(f"on the Lock Screen:  {', '.join(card.title for card in phone.lock_screen().cards)}")
