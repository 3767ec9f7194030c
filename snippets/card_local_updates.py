"""An app that updates its card too often: many of the updates are dropped, and the app is not told.

Claims: live-activity.fast-local-updates-are-dropped, model.local-update-burst, model.local-update-interval
"""

import asyncio

from afterswipe import CardUpdateHeld, Phone

MINUTES = 5

for every in (0.5, 15):
    phone = Phone(ios="18")

    async def counting(app):
        card = app.activities.request("Counting", text="0")
        for count in range(1, round(MINUTES * 60 / every)):
            await asyncio.sleep(every)
            card.update(text=str(count))

    phone.open(counting)
    phone.wait(minutes=MINUTES)
    sent = round(MINUTES * 60 / every) - 1
    says = phone.cards.get(1).says(phone.clock.now)
    print(
        f"every {every} s: {sent} updates, {len(phone.record.of(CardUpdateHeld))} dropped, the card says {says}"
    )
