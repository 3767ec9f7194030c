"""Clients as they are often written, in about ten lines each: what the faults are really able to break."""

import json
from typing import Any


async def download(client: Any, url: str, part: bytearray) -> bytes:
    """A file, resumed where it broke off. It believes in 2xx, in the end of a body, and in what it has."""
    library = __import__(type(client).__module__.partition(".")[0])
    for _ in range(3):
        try:
            headers = {"Range": f"bytes={len(part)}-"} if part else {}
            async with client.stream("GET", url, headers=headers) as response:
                response.raise_for_status()
                async for piece in response.aiter_bytes():
                    part += piece
                return bytes(part)
        except (library.RemoteProtocolError, library.ReadTimeout):
            pass
    raise OSError("three attempts failed")


async def follow(client: Any, base: str, store: dict[str, Any]) -> dict[str, Any]:
    """The feed, applied in the order in which it comes; the cursor is kept before what it covers."""
    while True:
        page = (await client.get(f"{base}v3/update-events/{store.get('cursor', 'all')}")).json()
        store["cursor"] = page.get("cursor") or page["next"]
        for event in page["events"]:
            if event["event_type"] == 3:
                store.setdefault("rows", {}).pop(event["content_id"])
            else:
                entity = await client.get(f"{base}v3/sound/{event['content_id']}")
                store.setdefault("rows", {})[event["content_id"]] = json.loads(entity.content)["title"]
        if page["complete"]:
            return store["rows"]
