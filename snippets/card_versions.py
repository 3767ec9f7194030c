"""Live Activities exist since iOS 16.1; the system before has no card to start, and none to push to."""

from afterswipe import Phone, UnavailableError, UsageError


async def story(app):
    try:
        app.activities.request("Posting your story", progress=0.0, push_type="token")
    except UnavailableError as no:
        print(f"  {no}")
    await app.tapped()


for ios in ("16", "16.1"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(story)
    phone.swipe_up()
    phone.wait(seconds=30)
    try:
        phone.live_activity_pushes.update(progress=0.5)
    except UsageError as no:
        print(f"  {no}")
    cards = [card.content.progress for card in phone.cards]
    print(f"  cards: {cards}; the app is {phone.app_state.value}")
