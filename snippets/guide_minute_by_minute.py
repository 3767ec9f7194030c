"""An hour after the swipe: the app, its card, the server, and what the app was told. Then the person comes back."""

from afterswipe import MB, Phone, URLError, show

LOOKS_AT = (1, 2, 3, 10, 60, 600, 2400, 3600)  # seconds after the tap
EVENTS = ((2, Phone.swipe_up), (1800, Phone.memory_pressure))

phone = Phone(ios="18")
told = []


async def post_story(app):
    app.observe(told.append)
    for left in app.activities:
        left.end("Not posted")
        return
    card = app.activities.request("Posting your story", progress=0.0)
    try:
        async for sent in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=sent)
    except URLError as lost:
        print(lost)


def look(opened=False):
    upload, seconds = phone.truth().transfers[0], phone.clock.now // 1000
    time = f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"
    says = phone.lock_screen().cards[0].says(phone.clock.now)
    sent = f"{100 * upload.sent // upload.size} %"
    after, heard = f"{time}, opened" if opened else time, ", ".join(told) or "nothing"
    line(after, phone.app_state.value, says, sent, heard)
    told.clear()


def line(after, app, card, server, heard):
    print(f"{after:<15} {app:<12} {card:<11} {server:<7} {heard}")


line("after", "the app", "its card", "server", "what it is told")
phone.open(post_story)
for moment in LOOKS_AT:
    for at, happens in EVENTS:
        if phone.clock.now < at * 1000 <= moment * 1000:
            phone.wait(seconds=at - phone.clock.now / 1000)
            happens(phone)
    phone.wait(seconds=moment - phone.clock.now / 1000)
    look()
phone.open()  # the person is back
look(opened=True)
phone.wait(seconds=1)
show(phone.timeline())
