"""A VoIP push wakes the app, and the phone must ring: an app that does its own work instead is ended, since iOS 13.

That is for apps built with the iOS 13 SDK or later; the 30 seconds of a wake-up are an assumption (model.wake-run-time).

Claims: voip-push.must-report-a-call
"""

import asyncio

from afterswipe import Phone


async def syncs_in_secret(app):
    app.pushes.did_receive_incoming_push(lambda _caller: None)
    await asyncio.sleep(10_000)


async def rings(app):
    app.pushes.did_receive_incoming_push(app.pushes.report_new_incoming_call)
    await asyncio.sleep(10_000)


for ios in ("12", "13"):
    for app_main in (syncs_in_secret, rings):
        phone = Phone(ios=ios)
        phone.open(app_main)
        phone.swipe_up()
        phone.wait(minutes=1)
        phone.pushes.voip("Anna")
        phone.wait(seconds=5)
        rang = "rang" if phone.pushes.calls else "did not ring"
        print(f"iOS {ios}: the phone {rang}, and 5 s later the app is in state {phone.app_state.value!r}")
