"""The push budget: at priority 10 a push arrives at once and counts, at priority 5 it arrives later and does not count.

Claims: live-activity-push.priority-and-budget, live-activity-push.over-budget-is-throttled,
model.live-activity-push-budget, model.low-priority-push-delay
"""

from afterswipe import CardChanged, Phone

PUSHES = 20  # one each minute


async def app_main(app):
    app.activities.request("Posting your story", text="0", push_type="token")


for priority in (10, 5):
    phone = Phone(ios="18")
    phone.open(app_main)
    phone.swipe_up()
    for count in range(1, PUSHES + 1):
        phone.wait(minutes=1)
        phone.live_activity_pushes.update(text=str(count), priority=priority)
    phone.wait(hours=1)
    print(f"priority {priority}: of {PUSHES} pushes in {PUSHES} min")
    pushed = [entry for entry in phone.record.of(CardChanged) if entry.by == "push"]
    late = [entry for entry in pushed if entry.at > int(entry.text) * 60_000]
    print(f"  {len(pushed)} arrived, {len(late)} of them late")
    for entry in late[-1:]:
        print(f"  the last one, sent at {entry.text} min, arrived at {entry.at // 60_000} min")
