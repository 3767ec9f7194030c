"""The server's picture: the app is suspended, and the card still tells the truth.

Claims: live-activity-push.server-can-report-honestly, live-activity-push.push-renders-without-the-app
"""

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def post_story(app):
    app.observe(lambda callback: print(f"{app.now:.0f} s: {callback}"))
    app.activities.request("Posting your story", progress=0.0)
    app.background_url_session.upload("story.mov", size=60 * MB)


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
for _ in range(3):
    phone.wait(seconds=10)
    received = phone.truth().transfers[0]
    phone.push_to_card(progress=received.sent / received.size)  # the server knows what has arrived
    says = phone.lock_screen().cards[0].says(phone.clock.now)
    print(f"{phone.clock.now / 1000:.0f} s: the app is {phone.app_state.value}, the card says {says}")
