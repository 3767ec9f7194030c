"""A file with complete protection cannot be read while the phone is locked, and its upload stands still.

One developer reported uploads that stopped at the lock; that the protection was the cause is not tested.
Claims: background-urlsession.file-must-be-readable-while-locked
"""

from afterswipe import MB, Phone, percent

for protection in ("complete", "complete until first user authentication"):
    phone = Phone(ios="18")

    async def post_story(app):
        app.background_url_session.upload("story.mov", size=60 * MB, protection=protection)

    phone.open(post_story)
    phone.wait(seconds=10)
    phone.lock()
    phone.wait(hours=1)
    upload = phone.truth().transfers[0]
    print(f"{protection}: {percent(upload.sent / upload.size)} after an hour in the pocket")
