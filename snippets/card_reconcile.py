"""Clean up at launch: the app looks through what an earlier launch left, and says what became of it.

Claims: live-activity.reconcile-at-launch
"""

from afterswipe import Phone


def app_that(cleans_up):
    launches = []

    async def post_story(app):
        launches.append(app.launch_reason)
        if len(launches) == 1:
            app.activities.request("Posting your story", progress=0.21)
        elif cleans_up:
            for card in app.activities:
                card.end("Not posted. Tap to try again.")

    return post_story


for cleans_up in (False, True):
    phone = Phone(ios="18")
    phone.open(app_that(cleans_up))
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.memory_pressure()
    phone.wait(minutes=9)
    phone.open()
    phone.swipe_up()
    phone.wait(hours=1)
    says = [card.says(phone.clock.now) for card in phone.lock_screen().cards]
    print(f"cleans up: {cleans_up}. An hour after the next launch the card says {says}")
    print("  " + str(phone.truth()).splitlines()[-1])
