"""The person swipes the card away. The upload goes on.

Claims: live-activity.dismissing-does-not-stop-the-work, live-activity.removal-dismisses
"""

from afterswipe import MB, Phone, URLError

phone = Phone(ios="18")


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0)
    try:
        async for sent in app.url_session.upload("story.mov", size=12 * MB):
            card.update(progress=sent)
        print(f"{app.now:.0f} s: the upload is done, the card is {card.activity_state.value}")
    except URLError as lost:
        print(f"{app.now:.0f} s: {lost}")


phone.open(post_story)
phone.wait(seconds=3)
phone.remove_card()
phone.wait(minutes=1)
print(f"cards on the Lock Screen: {len(phone.lock_screen().cards)}")
