"""The server's picture: the app is suspended, and the card still tells the truth.

Claims: live-activity-push.server-can-report-honestly, live-activity-push.push-renders-without-the-app
"""

from afterswipe import MB, Phone, show

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0, push_type="token")
    async for sent in app.background_url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)
    app.complete_wake()


def on_the_server():
    """The server counts what arrives, and pushes before another tenth is there."""
    for _ in range(30):
        phone.wait(seconds=3.5)
        received = phone.truth().transfers[0]
        if received.outcome == "done":
            phone.live_activity_pushes.end("Posted")
            break
        phone.live_activity_pushes.update(progress=received.sent / received.size)


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
on_the_server()
phone.wait(minutes=1)
print(phone.truth())
show(phone.timeline())
