"""The server's token has run out: it answers 401, and the transfer completes without an error.

Claims: background-urlsession.status-is-no-error
"""

import httpx

from afterswipe import MB, Phone


def refuse(_request, _received):
    return httpx.Response(401, text="the token has run out")


async def post_story(app):
    task = app.background_url_session.upload("story.mov", size=6 * MB)
    try:
        async for _ in task:
            pass
        print(f"no error; the response says {task.response.status_code}: {task.response.text}")
    except OSError as error:
        print(f"an error: {error}")
    if task.response.status_code >= 400:
        print("so the story is not posted, and the app says so")


phone = Phone(ios="26")
phone.network.serve("upload.example", refuse)
phone.open(post_story)
phone.wait(minutes=1)
