"""An earliest begin date, since iOS 11: the upload does not start before it.

Claims: background-urlsession.scheduling-hints
"""

from afterswipe import MB, Phone, UnavailableError


async def back_up(app):
    app.background_url_session.upload("film.mov", size=12 * MB, earliest_begin=3600)


for ios in ("10", "11"):
    phone = Phone(ios=ios)
    try:
        phone.open(back_up)
    except UnavailableError as missing:
        print(missing)
        continue
    phone.swipe_up()
    phone.wait(minutes=59)
    print(f"iOS {ios}, after 59 min:", *phone.daemon.waiting().values())
    phone.wait(minutes=2)
    print(f"iOS {ios}, after 61 min: {phone.truth().transfers[0].outcome}")
