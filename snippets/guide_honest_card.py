"""Four cards, all three minutes after the person left: what each says, and for how long it was wrong."""

from afterswipe import MB, Phone, show

LEAVES_AFTER = 2  # seconds
PROMISE = 30  # seconds that a told figure is good for


async def no_date(app):
    card = app.activities.request("Posting your story", progress=0.0)
    async for sent in app.url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)


async def projected(app):
    app.activities.request("Posting your story", timer_interval=(app.now, app.now + 60))
    async for _ in app.url_session.upload("story.mov", size=60 * MB):
        pass


async def with_date(app):
    card = app.activities.request("Posting your story", progress=0.0, stale_date=app.now + PROMISE)
    async for sent in app.url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent, stale_date=app.now + PROMISE)


async def handed_over(app):
    card = app.activities.request("Posting your story", progress=0.0, stale_date=app.now + PROMISE)
    async for sent in app.background_url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent, stale_date=app.now + PROMISE)
    card.end("Posted")
    app.complete_wake()


def post_with(app, name):
    phone = Phone(ios="18")
    phone.open(app)
    phone.wait(seconds=LEAVES_AFTER)
    phone.swipe_up()
    phone.wait(minutes=3)
    print(name)
    show(phone.lock_screen())
    print(str(phone.truth()).splitlines()[-1])


post_with(no_date, "Don't: a share of the bytes, and nothing that takes it back")
post_with(projected, "Don't: a bar that the clock moves, under the word Posting")
post_with(with_date, "Do: the same card with a stale date")
post_with(handed_over, "Do: the same card, and the file handed to the system")
