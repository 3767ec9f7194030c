"""A text that counts the time: the app is gone, nothing is sent, and the card counts on.

Claims: live-activity.timer-views-move-without-code
"""

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def post_story(app):
    app.activities.request("Posting your story", text="Sending for", timer_text=(app.now, app.now + 3600))
    async for _ in app.url_session.upload("story.mov", size=60 * MB):
        pass


phone.open(post_story)
phone.wait(seconds=2)
phone.force_quit()
for _ in range(3):
    phone.wait(minutes=5)
    card = phone.lock_screen().cards[0]
    print(f"the app is {phone.app_state.value}, the card says: {card.says(phone.clock.now)}")
print(str(phone.truth()).splitlines()[-1])
