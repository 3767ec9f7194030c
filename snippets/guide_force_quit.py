"""The best case, force quit: the system had the file, the person swiped the app away, and the card stayed."""

from afterswipe import MB, Phone, show

LEAVES_AFTER, FORCE_QUITS_AFTER = 2, 12  # seconds

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0)
    async for sent in app.background_url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)
    card.end("Posted")
    app.complete_wake()


phone.open(post_story)
phone.wait(seconds=LEAVES_AFTER)
phone.swipe_up()
phone.wait(seconds=FORCE_QUITS_AFTER - LEAVES_AFTER)
phone.force_quit()
phone.wait(minutes=2)

show(phone.lock_screen())
print(phone.truth())
show(phone.timeline())
