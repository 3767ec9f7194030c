"""No network: the upload waits, and after a week the system gives it up.

Claims: background-urlsession.waits-for-connectivity, background-urlsession.resource-timeout
"""

from afterswipe import MB, Phone


async def post_story(app):
    app.background_url_session.upload("story.mov", size=60 * MB)


for days_offline in (1, 10):
    phone = Phone(ios="18")
    phone.network.disconnect()
    phone.open(post_story)
    phone.swipe_up()
    phone.wait(hours=24 * days_offline)
    phone.network.connect()
    phone.wait(hours=1)
    upload = phone.truth().transfers[0]
    print(
        f"{days_offline} day(s) without a network: {upload.outcome} after {upload.stopped / 86_400_000:.0f} day(s)"
    )
