"""An upload in the app's own session was cut when the app was suspended: since iOS 17 the app can go on from there.

Claims: background-urlsession.resumable-uploads
"""

from afterswipe import MB, Phone, UnavailableError, URLError


async def post_story(app):
    upload = app.url_session.upload("story.mov", size=60 * MB)
    try:
        async for _ in upload:
            pass
    except URLError as lost:
        print(f"  {app.now:.0f} s: {lost}")
        try:
            rest = upload.upload_task_resume_data
        except UnavailableError as missing:
            print(f"  {missing}")
            return
        if rest is None:
            print("  no resume data: the server does not speak the protocol")
            return
        async for _ in app.url_session.upload_with_resume_data(rest):
            pass
        print(f"  {app.now:.0f} s: done, {rest.sent // MB} MB of 60 MB did not have to be sent again")


for ios, resumable in (("16.4", True), ("17", False), ("17", True)):
    print(f"iOS {ios}, server {'with' if resumable else 'without'} the protocol")
    phone = Phone(ios=ios)
    phone.network.serve("upload.example", resumable=resumable)
    phone.open(post_story)
    phone.wait(seconds=20)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.open()
    phone.wait(minutes=1)
