"""The story upload, moment by moment: what the card says and what is so, before the person leaves and after."""

from afterswipe import MB, Phone, show

SIZE = 60 * MB
MOMENTS = {  # seconds; the app is left at 2
    0: "0 s: “Post” is tapped",
    1: "1 s: in the app",
    2: "2 s: the app is left",
    3: "1 s after leaving",
    5: "3 s after leaving",
    12: "10 s after leaving",
    32: "30 s after leaving",
    62: "1 min after leaving",
    182: "3 min after leaving",
}

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0)
    async for sent in app.url_session.upload("story.mov", size=SIZE):
        card.update(progress=sent)
    card.end("Posted")


phone.open(post_story)
now = 0
for seconds, words in MOMENTS.items():
    phone.wait(seconds=seconds - now)
    now = seconds
    if seconds == 2:
        phone.swipe_up()
    print(words)
    show(phone.pair())
