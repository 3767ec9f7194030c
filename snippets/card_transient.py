"""A card of the transient style, since iOS 18: it ends when the phone is locked or its expanded view collapses.

Claims: live-activity.transient-style
"""

from afterswipe import AfterSwipeError, Phone

ENDINGS = {
    "the person swipes up": Phone.swipe_up,
    "the view collapses": lambda phone: phone.live_activities.collapse(),
    "the phone is locked": Phone.lock,
}


async def app_main(app):
    try:
        app.activities.request("Copying", text="3 of 12", style="transient")
    except AfterSwipeError as refused:
        print(f"  {refused}")


print("iOS 17:")
Phone(ios="17").open(app_main)
print("iOS 18:")
for what, happens in ENDINGS.items():
    phone = Phone(ios="18")
    phone.open(app_main)
    happens(phone)
    print(f"  {what}: {phone.cards.get(1).state.value}")
