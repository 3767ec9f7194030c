"""Disputed: is a card drawn anew at its stale date when its app was killed? Apple says yes, one report says no.

Claims: live-activity.stale-view-after-termination
"""

from afterswipe import Phone


async def post_story(app):
    app.activities.request("Posting your story", progress=0.21, stale_date=app.now + 60)


DISPUTE = "live-activity.stale-view-after-termination"

for follows in ("document", "report"):
    phone = Phone(ios="26.4", disputes={DISPUTE: follows})
    phone.open(post_story)
    phone.force_quit()
    phone.wait(minutes=30)
    print("As reported on iOS 26.4.1:" if follows == "report" else "As in Apple's article:")
    print(f"  out of date can be read on the card: {'Out of date' in str(phone.lock_screen())}")
    print("  " + str(phone.truth()).splitlines()[-1])
