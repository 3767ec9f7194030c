"""An hour after the swipe: the app, its code, its card and the server, side by side. Then the person comes back."""

from afterswipe import MB, Phone, URLError

LOOKS_AT = (1, 2, 3, 10, 60, 600, 2400, 3600)  # seconds after the tap
LEAVES_AT, MEMORY_SHORT_AT = 2, 1800
WIDTHS = (9, 13, 12, 10, 12)

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


def row(*cells):
    print("".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=False)), *cells[5:], sep="")


def look():
    transfer, seconds = phone.truth().transfers[0], phone.clock.now // 1000
    time = f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"
    says = phone.lock_screen().cards[0].says(phone.clock.now)
    moving = "yes" if transfer.outcome == "under way" else "no"
    row(
        time,
        phone.app_state.value,
        says,
        f"{100 * transfer.sent // transfer.size} %",
        moving,
        ", ".join(told),
    )
    told.clear()


row("after", "the app is", "card says", "at server", "bytes move", "the app was told")
phone.open(post_story)
for moment in LOOKS_AT:
    for event, action in ((LEAVES_AT, phone.swipe_up), (MEMORY_SHORT_AT, phone.memory_pressure)):
        if phone.clock.now < event * 1000 <= moment * 1000:
            phone.wait(seconds=event - phone.clock.now / 1000)
            action()
    phone.wait(seconds=moment - phone.clock.now / 1000)
    look()
print("The person opens the app.")
phone.open()
look()
