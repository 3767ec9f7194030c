"""Which cards the Dynamic Island shows: those that the app calls most relevant.

Claims: live-activity.relevance-score
"""

from afterswipe import Phone

phone = Phone(ios="18")


async def app_main(app):
    for name, score in (("Draft", 10), ("Photo", 50), ("Story", 100)):
        app.activities.request(name, relevance_score=score, push_type="token")


phone.open(app_main)
phone.swipe_up()
print("scores 10, 50, 100:", ", ".join(card.title for card in phone.dynamic_island()))
phone.live_activity_pushes.update(number=1, text="almost lost", relevance_score=200)
print("Draft is raised to 200 by a push:", ", ".join(card.title for card in phone.dynamic_island()))
