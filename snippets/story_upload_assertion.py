"""The same upload with a background task assertion: thirty seconds more, then the same end.

Claims: background-assertion.duration, background-assertion.expiration-warning, background-assertion.expiration-handler
"""

from afterswipe import MB, Phone, show

SIZE = 60 * MB  # try 40
LEAVES_AFTER = 2  # seconds

phone = Phone(ios="18")


async def post_story(app):
    def time_is_up():
        print(f"{app.now:.1f} s: the expiration handler is called")
        app.end_background_task(task)

    task = app.begin_background_task("post story", expiration_handler=time_is_up)
    card = app.activities.request("Posting your story", progress=0.0)
    upload = app.url_session.upload("story.mov", size=SIZE)
    async for sent in upload:
        card.update(progress=sent)
    card.end("Posted")
    app.end_background_task(task)


phone.open(post_story)
phone.wait(seconds=LEAVES_AFTER)
phone.swipe_up()
phone.wait(minutes=3)

show(phone.lock_screen())
print(phone.truth())
show(phone.timeline())
