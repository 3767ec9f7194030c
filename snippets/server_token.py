"""A push token changes while the app is suspended: one app sends every new one to its server, the other sent the first one.

The words are those of the card; 410 is the answer that APNs gives to a token that is not active any more.

Claims: live-activity-push.apns-status-codes, live-activity-push.new-token-gives-run-time
"""

from afterswipe import Phone
from afterswipe.story import TokenServer


def posting(follows):
    async def app_main(app):
        card = app.activities.request("Posting your story", text="10 %", push_type="token")
        async with app.url_session.client() as client:
            async for token in card.push_token_updates:
                await client.put("https://push.example/story", content=token)
                if not follows:
                    break

    return app_main


for follows in (False, True):
    phone = Phone(ios="26")
    server = TokenServer(phone.apns)
    phone.network.serve("push.example", server)
    phone.open(posting(follows))
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.live_activities.rotate_push_token()
    phone.wait(seconds=5)
    answer = server.send("story", text="60 %")
    card = phone.lock_screen().cards[0]
    print("follows the stream:" if follows else "sent its first token:")
    print(f"  the server is answered {answer.status_code}, the card says {card.content.text!r}")
