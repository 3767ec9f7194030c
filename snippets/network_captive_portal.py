"""A hotel's Wi-Fi answers every request with 200 and a page. An app that checks nothing believes that it has posted.

A real portal can do so to plain HTTP; over HTTPS the request fails instead.
Claims: model.captive-portal-answers-everything
"""

from afterswipe import MB, Phone

for checks in (False, True):
    phone = Phone(ios="18")

    async def post_story(app):
        card = app.activities.request("Posting your story", progress=0.0)
        upload = app.url_session.upload("story.mov", size=60 * MB, to="http://upload.example/story")
        async for sent in upload:
            card.update(progress=sent)
        if checks and "text/html" in upload.response.headers.get("content-type", ""):
            card.end("Not posted: sign in to the Wi-Fi")
        else:
            card.end("Posted")

    phone.network.enter_captive_portal()
    phone.open(post_story)
    phone.wait(minutes=1)
    print("An app that looks at the answer:" if checks else "An app that checks nothing:")
    print(f"  the card says {phone.cards.get(1).content.text!r}")
    print(f"  {phone.truth().transfers[0]}")
