"""Another process's hands: the app is suspended, the bytes keep moving, and the app is woken when all is done.

Claims: background-urlsession.another-process-moves-the-bytes, background-urlsession.no-progress-while-suspended,
background-urlsession.wakes-the-app-when-all-is-done
"""

from afterswipe import MB, Phone, URLError, show

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0)
    upload = app.background_url_session.upload("story.mov", size=60 * MB)
    try:
        async for sent in upload:
            card.update(progress=sent)
        card.end("Posted")
        print(f"{app.now:.0f} s: the app is woken, and ends its card")
    except URLError as failed:
        print(f"{app.now:.0f} s: {failed}")
    app.complete_wake()


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(minutes=3)

print(phone.truth())
show(phone.timeline())
