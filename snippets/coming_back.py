"""Coming back: the app finds a failed upload, not a waiting one.

Claims: life-cycle.suspension-closes-sockets
"""

from afterswipe import MB, Phone, URLError

phone = Phone(ios="18")


async def post_story(app):
    try:
        async for _ in app.url_session.upload("story.mov", size=60 * MB):
            pass
        print(f"{app.now:.0f} s: the upload is done")
    except URLError as lost:
        print(f"{app.now:.0f} s: {lost}")


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(minutes=10)
phone.open()
phone.wait(minutes=1)
