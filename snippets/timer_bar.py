"""A bar that moves by itself: the app is suspended, nothing is sent, and the bar gets to 100 %.

Claims: live-activity.timer-views-move-without-code
"""

from afterswipe import MB, Phone, show

EXPECTED = 60  # seconds that the app thinks the upload will take

phone = Phone(ios="18")


async def post_story(app):
    app.activities.request("Posting your story", timer_interval=(app.now, app.now + EXPECTED))
    async for _ in app.url_session.upload("story.mov", size=60 * MB):
        pass


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
for _ in range(4):
    phone.wait(seconds=20)
    card, upload = phone.lock_screen().cards[0], phone.truth().transfers[0]
    shows, arrived = card.says(phone.clock.now), 100 * upload.sent // upload.size
    print(f"{phone.clock.now / 1000:.0f} s: the card shows {shows}, the server has {arrived} %")

print(phone.truth())
show(phone.timeline())
