"""One sound is refused, in three ways, and a new one is published meanwhile. Whether the new one comes."""

import tempfile

from afterswipe.sync import Limits, Sync
from faultlab import SOUND, FaultyTransport, FeedServer, LoopClock, Reply, Truth, run

TRIES = Limits(attempts=2)
REFUSALS = {
    "forbidden": Reply(403, {"content-length": "0"}),
    "the server is busy, for an hour": Reply(503, {"content-length": "0", "retry-after": "3600"}),
    "a redirect to another host": Reply(
        302, {"content-length": "0", "location": "https://cdn.example/a.mp3"}
    ),
}


class Refusing(FeedServer):
    """Refuses the files in `refused`."""

    reply, refused = None, ()

    def answer(self, request):
        """As always, but for those."""
        if request.path.startswith("/sounds/") and any(name in request.path for name in self.refused):
            return self.reply
        return super().answer(request)


def sync(server, directory):
    clock = LoopClock()
    client = FaultyTransport(server, clock=clock).client()
    return run(Sync(client, "https://feed.example/", directory, clock=clock, limits=TRIES).run())


for title, reply in REFUSALS.items():
    truth = Truth()
    bad, *_ = [truth.add(SOUND, name, 1000) for name in ("Dawn", "Noon", "Dusk")]
    server = Refusing(truth)
    server.reply, server.refused = reply, [bad]
    print(f"Dawn: {title}")
    with tempfile.TemporaryDirectory() as directory:
        for day in ("Monday", "Tuesday"):
            report = sync(server, directory)
            kinds = [type(problem).__name__ for problem in report.problems]
            print(f"  {day}: {report.done} came, {report.left} left ({', '.join(kinds)}). {report.why.value}")
            truth.add(SOUND, "Rain", 1000)
    with tempfile.TemporaryDirectory() as directory:
        server.refused = list(truth.contents)
        print(f"  All of them: {sync(server, directory).why.value}")
