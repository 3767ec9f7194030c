"""One push for all who follow a match, since iOS 18. A broadcast updates and ends cards, and starts none.

Claims: live-activity-push.broadcast, live-activity-push.broadcast-cannot-start
"""

from afterswipe import AfterSwipeError, Phone


async def match_app(app):
    try:
        app.activities.request("Final", text="0:0", channel="final-2026")
    except AfterSwipeError as refused:
        print(f"  {refused}")
    app.activities.request("Other match", text="2:2")


print("iOS 17:")
Phone(ios="17").open(match_app)

print("iOS 18:")
phone = Phone(ios="18")
phone.open(match_app)
phone.swipe_up()
for event, text in (("update", "1:0"), ("end", "1:0, final result"), ("start", "Extra time")):
    try:
        phone.live_activity_pushes.broadcast("final-2026", event=event, text=text)
    except AfterSwipeError as refused:
        print(f"  {refused}")
    print(f"  {event}: {[f'{card.title} {card.content.text}' for card in phone.lock_screen().cards]}")
