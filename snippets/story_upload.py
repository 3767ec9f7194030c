"""A story upload that the person leaves after two seconds.

Claims: url-session.default-stops-with-the-app
"""

from afterswipe import MB, Phone, show

SIZE = 60 * MB
LEAVES_AFTER = 2  # seconds; try 45

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0)
    upload = app.url_session.upload("story.mov", size=SIZE)
    async for sent in upload:
        card.update(progress=sent)
    card.end("Posted")


phone.open(post_story)
phone.wait(seconds=LEAVES_AFTER)
phone.swipe_up()
phone.wait(minutes=3)

show(phone.pair())  # what the person sees, and what is so
print(phone.truth())
show(phone.timeline())
