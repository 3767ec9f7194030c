"""A discretionary upload on a train: the system may hold it back until there is Wi-Fi or power.

Claims: background-urlsession.discretionary-may-wait, model.discretionary-waits-for-wifi-or-power
"""

from afterswipe import MB, Phone

for discretionary in (False, True):
    phone = Phone(ios="18")
    phone.network.switch_to("cellular")

    async def back_up(app):
        app.background_url_session.is_discretionary = discretionary
        app.background_url_session.upload("film.mov", size=60 * MB)

    phone.open(back_up)
    phone.swipe_up()
    phone.wait(hours=2)
    print("discretionary:" if discretionary else "not discretionary:")
    print(
        f"  after 2 h on the train: {phone.truth().transfers[0].outcome}",
        *phone.daemon.waiting().values(),
        sep="; ",
    )
    phone.conditions.charging = True  # at home, no Wi-Fi yet
    phone.wait(minutes=5)
    print(f"  5 min on the charger: {phone.truth().transfers[0].outcome}")
