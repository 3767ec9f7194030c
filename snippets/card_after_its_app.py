"""The app ends, its card stays; at the next launch the app finds what is left and cleans up.

Claims: live-activity.survives-force-quit, live-activity.survives-its-process, live-activity.listed-is-not-alive
"""

from afterswipe import Phone

ENDINGS = {"force quit": Phone.force_quit, "memory pressure": Phone.memory_pressure}


async def post_story(app):
    left = list(app.activities)
    print(f"  at launch the system lists {len(left)} card(s): {[card.activity_state.value for card in left]}")
    for card in left:
        card.end("Not posted. Tap to try again.")
    if not left:
        app.activities.request("Posting your story", progress=0.21)


for name, end in ENDINGS.items():
    print(f"{name}:")
    phone = Phone(ios="18")
    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(seconds=10)
    end(phone)
    phone.wait(minutes=30)
    says = [card.says(phone.clock.now) for card in phone.lock_screen().cards]
    print(f"  half an hour later the app is {phone.app_state.value}, and the Lock Screen says {says}")
    phone.open()
    phone.force_quit()
    phone.open()
