"""The person walks out of the house while two uploads run: one in the app's own session, one in a background session.

The model takes the plain case: a change of network cuts every connection. Some real changes do not.
Claims: model.network-change-cuts-connections, background-urlsession.retries-by-itself
"""

from afterswipe import MB, Phone, URLError

phone = Phone(ios="18")


async def post_story(app):
    app.background_url_session.upload("film.mov", size=30 * MB)
    try:
        async for _ in app.url_session.upload("story.mov", size=30 * MB):
            pass
    except URLError as lost:
        print(f"{app.now:.0f} s: {lost}")


phone.open(post_story)
phone.wait(seconds=15)
phone.network.switch_to("cellular", uplink=6)
phone.wait(minutes=3)
for transfer in phone.truth().transfers:
    print(f"{transfer.name}, moved by {transfer.by}: {transfer.outcome}")
