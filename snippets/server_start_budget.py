"""Starts by push have a fixed budget on the phone: about ten in a short time, and the rest do not get through.

Claims: live-activity-push.push-to-start-budget, model.push-to-start-window
"""

from afterswipe import Phone

PUSHES = 25
phone = Phone(ios="18")


async def app_main(app):
    for card in app.activities:  # woken by a start: remove the card, so that their number is no limit
        card.end(dismissal_policy="immediate")


phone.open(app_main)
phone.swipe_up()
phone.wait(minutes=1)
for minutes in (0, 30, 40):
    phone.wait(minutes=minutes)
    phone.memory_pressure()
    before = len(list(phone.cards))
    for _ in range(PUSHES):
        phone.live_activity_pushes.start("Your story", alert="Your story is being posted")
        phone.wait(seconds=1)
        phone.memory_pressure()
    print(
        f"at {phone.clock.now // 60_000} min: of {PUSHES} starts {len(list(phone.cards)) - before} got through"
    )
