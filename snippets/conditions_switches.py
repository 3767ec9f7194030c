"""Two switches of the person and a discretionary upload: it does not move while one of them is on.

That Low Power Mode pauses such work is documented; that Low Data Mode holds it is the model's choice.
Claims: system-conditions.low-power-mode, system-conditions.user-switches, model.low-data-mode-holds-discretionary
"""

from afterswipe import MB, Phone, UsageError


async def back_up(app):
    app.background_url_session.is_discretionary = True
    app.background_url_session.upload("film.mov", size=12 * MB)


for switch, ios in (
    ("low_power_mode", "8"),
    ("low_power_mode", "9"),
    ("low_data_mode", "12"),
    ("low_data_mode", "13"),
):
    phone = Phone(ios=ios)
    try:
        setattr(phone.conditions, switch, True)
    except UsageError as missing:
        print(missing)
        continue
    phone.open(back_up)
    phone.swipe_up()
    phone.wait(hours=3)
    print(f"iOS {ios}, after 3 h:", *phone.daemon.waiting().values() or ["nothing waits"])
    setattr(phone.conditions, switch, False)
    phone.wait(minutes=1)
    print(f"iOS {ios}, 1 min after it is switched off: {phone.truth().transfers[0].outcome}")
