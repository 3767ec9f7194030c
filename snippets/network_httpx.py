"""Unmodified httpx code in an app, on three networks: what it costs to ask, and what it costs to receive.

Claims: model.downlink-bandwidth, model.network-latency
"""

import httpx

from afterswipe import MB, Phone


async def sync(app):
    async with app.url_session.client() as client:
        try:
            events = await client.get("https://api.example/v3/update-events/all")
            asked = app.now
            sound = await client.get("https://api.example/sounds/1.mp3")
        except httpx.ConnectError as failed:
            print(f"  {failed}")
            return
    print(
        f"  {len(events.json())} event after {asked:.2f} s, {len(sound.content) // MB} MB after {app.now:.1f} s"
    )


def server(request, _received):
    if request.url.path.endswith(".mp3"):
        return httpx.Response(200, content=bytes(10 * MB))
    return httpx.Response(200, json=[{"id": 1}])


for what in ("the model's own network", "a slow one", "airplane mode"):
    phone = Phone(ios="18")
    phone.network.serve("api.example", server)
    if what == "a slow one":
        phone.network.latency, phone.network.downlink = 400, 2
    if what == "airplane mode":
        phone.network.airplane_mode()
    print(what)
    phone.open(sync)
    phone.wait(minutes=2)
