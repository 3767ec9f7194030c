"""How long a card stays: stale, ended, gone. No code of the app runs in all this time.

Claims: live-activity.active-limit, live-activity.lock-screen-limit, live-activity.leaves-the-island-at-its-end,
live-activity.stale-date
"""

from afterswipe import Phone

phone = Phone(ios="18")


async def app_main(app):
    app.activities.request("Posting your story", text="21 %", stale_date=app.now + 3 * 3600)


phone.open(app_main)
phone.swipe_up()
for hour in range(14):
    card = phone.cards.get(1)
    where = [
        place
        for place, shown in (("Lock Screen", card.on_screen), ("island", phone.dynamic_island()))
        if shown
    ]
    print(f"{hour:2} h  {card.state.value:9}  {', '.join(where) or 'nowhere'}")
    phone.wait(hours=1)
