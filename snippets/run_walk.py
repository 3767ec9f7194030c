"""A walk of a minute: location updates give the app its run time, and its Live Activity lets it have them."""

from afterswipe import Phone, show

phone = Phone(ios="18")


async def walk(app):
    card = app.activities.request("Your walk", text="0 s")
    async for moment in app.location.live_updates():
        card.update(text=f"{moment:.0f} s")


phone.open(walk)
phone.wait(seconds=10)
phone.swipe_up()
phone.wait(minutes=1)
print(f"a minute after the swipe the card says: {phone.lock_screen().cards[0].content.text}")
phone.remove_card()
phone.wait(minutes=1)
print(phone.truth())
show(phone.timeline())
