"""A phone without a network: the card keeps its last picture, and the newest push arrives when the network is back.

Claims: model.push-waits-for-network
"""

from afterswipe import CardChanged, Phone

phone = Phone(ios="18")


async def app_main(app):
    app.activities.request("Posting your story", text="0 %", push_type="token")


phone.open(app_main)
phone.swipe_up()
phone.network.disconnect()
for tenth in range(1, 10):
    phone.wait(minutes=1)
    phone.live_activity_pushes.update(text=f"{tenth}0 %")
phone.network.connect()
phone.wait(minutes=1)
for entry in phone.record.of(CardChanged):
    print(f"{entry.at // 60_000} min: the card says {entry.text}, told by the {entry.by}")
