"""The phone leaves the Wi-Fi in the middle: the system tries again by itself, from the first byte or from where it was.

Going on in the middle needs iOS 17 and a server that speaks the resumable upload protocol.
Claims: background-urlsession.retries-by-itself, background-urlsession.resumable-uploads, model.retry-starts-over
"""

from afterswipe import MB, Phone


async def post_story(app):
    app.background_url_session.upload("story.mov", size=60 * MB)


for ios, resumable in (("16", True), ("17", False), ("17", True)):
    phone = Phone(ios=ios)
    phone.network.serve("upload.example", resumable=resumable)
    phone.open(post_story)
    phone.wait(seconds=30)
    phone.swipe_up()
    phone.network.switch_to("cellular")
    again = phone.truth().transfers[0].sent // MB
    phone.wait(minutes=5)
    upload = phone.truth().transfers[0]
    print(
        f"iOS {ios}, server {'with' if resumable else 'without'} the protocol: goes on at {again} MB, "
        f"{upload.outcome} after {upload.stopped / 1000:.0f} s"
    )
