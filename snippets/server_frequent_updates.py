"""Frequent updates, since iOS 16.2: a larger push budget, which the person can switch off; a change ends what is going on.

Claims: live-activity-push.frequent-updates-key, live-activity-push.frequent-updates-can-be-switched-off,
live-activity-push.frequent-updates-switch-ends-activities, model.live-activity-push-budget-frequent
"""

from afterswipe import AfterSwipeError, CardChanged, Phone


async def app_main(app):
    print(f"  frequent pushes enabled: {app.activities.frequent_pushes_enabled}")
    app.activities.request("Match", text="0:0", push_type="token")


for ios in ("16.1", "16.2"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    try:
        phone.live_activities.declare_frequent_updates()
    except AfterSwipeError as refused:
        print(f"  {refused}")
    phone.open(app_main)
    for _ in range(200):
        phone.wait(seconds=15)
        phone.live_activity_pushes.update(text="1:0")
    arrived = sum(entry.by == "push" for entry in phone.record.of(CardChanged))
    print(f"  of 200 pushes in 50 min {arrived} arrived at once")
    try:
        phone.live_activities.allow_frequent_pushes(False)
        print(f"  the person switches it off: the card is {phone.cards.get(1).state.value}")
    except AfterSwipeError as refused:
        print(f"  {refused}")
