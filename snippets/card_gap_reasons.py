"""Four ways in which a card can be wrong, and one in which only the card is: the work goes on.

Claims: model.card-tolerance
"""

from afterswipe import MB, Phone


async def in_the_app(app):
    card = app.activities.request("Posting your story", progress=0.0)
    async for sent in app.url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)


async def by_the_time(app):
    app.activities.request("Posting your story", timer_interval=(app.now, app.now + 60))
    async for _ in app.url_session.upload("story.mov", size=60 * MB):
        pass


async def by_the_system(app):
    card = app.activities.request("Posting your story", progress=0.0)
    async for sent in app.background_url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)


def run(name, app_main, leave=Phone.swipe_up, connected=True):
    phone = Phone(ios="18")
    if not connected:
        phone.network.disconnect()
    phone.open(app_main)
    phone.wait(seconds=2)
    leave(phone)
    phone.wait(seconds=30)
    print(f"{name}:")
    for gap in phone.truth().gaps:
        seconds = f"{gap.start / 1000:.0f} to {gap.end / 1000:.0f} s"
        print(f"  {seconds}  {gap.what}; says {gap.says!r}; {gap.so}")


run("Suspended", in_the_app)
run("Force quit", in_the_app, Phone.force_quit)
run("A bar that moves by the time", by_the_time)
run("No network from the start", by_the_system, connected=False)
run("The system goes on", by_the_system)
