"""The app's upload stopped with the app. The server sees that nothing arrives, and a push can say so.

Claims: live-activity-push.can-set-stale-and-dismissal-date
"""

from afterswipe import MB, Phone


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0, push_type="token")
    async for sent in app.url_session.upload("story.mov", size=60 * MB):
        card.update(progress=sent)


def nothing(_phone):
    pass


def go_on(phone):
    phone.live_activity_pushes.update(text="Sending", progress=0.05)


def mark(phone):
    phone.live_activity_pushes.update(text="Waiting", progress=0.05, stale_date=phone.clock.now / 1000)


def end(phone):
    soon = phone.clock.now / 1000 + 600
    phone.live_activity_pushes.end("Not posted. Open the app.", dismissal_date=soon)


for pushes in (nothing, go_on, mark, end):
    phone = Phone(ios="18")
    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(seconds=20)
    pushes(phone)
    phone.wait(minutes=30)
    says = [f"{card.says(phone.clock.now)}, {card.state.value}" for card in phone.lock_screen().cards]
    print(f"{pushes.__name__}: half an hour later {says or 'no card'}")
    print("  " + str(phone.truth()).splitlines()[-1])
