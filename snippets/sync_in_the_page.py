"""A real sync: it downloads the feed that this site serves, stops half-way, goes on, and plays one of the sounds."""

import asyncio
import tempfile
from pathlib import Path

from afterswipe.sync import Limits, Sync
from faultlab import Meter, client, feed_url, play

STOPS_AFTER = 150_000  # bytes
ONE_AT_A_TIME = Limits(concurrency=1)  # so that it stops in the same place each time


async def main(directory):
    half_way = Meter(STOPS_AFTER)
    async with client(half_way) as over_fetch:
        report = await Sync(over_fetch, feed_url(), directory, limits=ONE_AT_A_TIME).run(until=half_way)
        print(f"First run: {report.why.value}. {report.bytes_fetched:,} bytes in {report.requests} requests")

    # From here on nothing is known but what is in the directory.
    async with client() as over_fetch:
        sync = Sync(over_fetch, feed_url(), directory, limits=ONE_AT_A_TIME)
        here = sync.state()
        print(
            f"Durable: {here.files} sounds, {here.bytes_in_parts:,} bytes of the next one, cursor {here.cursor}"
        )
        report = await sync.run()
        print(f"Second run: {report.why.value}. {report.bytes_fetched:,} bytes in {report.requests} requests")
        here = sync.state()
        print(f"Durable: {here.files} sounds, {here.bytes:,} bytes, each compared with its SHA-256")

    if sounds := sorted(Path(directory).glob("files/sound/*.mp3")):
        play(sounds[0].read_bytes(), "A singing bowl, from the synced file")


with tempfile.TemporaryDirectory() as directory:
    asyncio.run(main(directory))
