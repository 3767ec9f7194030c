"""A server answers word by word; the person leaves and comes back a minute later. The server has kept its answer.

Claims: life-cycle.suspension-closes-sockets
"""

import asyncio

import httpx

from afterswipe import Phone

ANSWER = "An upload needs an app that runs, or another process that goes on."
URL = "https://chat.example/answers"
kept = []


async def one_by_one():
    for word in ANSWER.split():
        await asyncio.sleep(1)
        kept.append(word)
        yield f"{word} ".encode()


def chat_server(request, _received):
    if request.method == "GET":
        return httpx.Response(200, text=" ".join(kept))
    return httpx.Response(200, content=one_by_one())


async def ask(app):
    async with app.url_session.client() as client:
        words = 0
        try:
            async with client.stream("POST", URL) as response:
                async for piece in response.aiter_text():
                    words += len(piece.split())
        except httpx.TransportError as lost:
            print(f"{app.now:.0f} s: {words} of {len(ANSWER.split())} words, then {lost}")
        answer = await client.get(URL)
        print(f"{app.now:.0f} s: fetched again: {answer.text}")


phone = Phone(ios="26")
phone.network.serve("chat.example", chat_server)
phone.open(ask)
phone.wait(seconds=3)
phone.swipe_up()
phone.wait(minutes=1)
phone.open()
phone.wait(seconds=5)
