"""What each iOS adds, and which ways to post work there: the person leaves after two seconds and is back after an hour.

A table of this model's rules, not a measurement.
"""

from afterswipe import Version, claims
from afterswipe.story import STRATEGIES, leave_for_an_hour

VERSIONS = ("16.1", "16.2", "17", "18", "26", "27")
ADDED = {  # what came after iOS 16, and the claim that says with which version
    "Continued processing": "continued-processing.ios-and-ipados-only",
    "Health research task": "background-processing.health-research-class",
    "LiveActivityIntent": "intents.live-activity-intent",
    "LongRunningIntent": "long-running-intent.extends-the-limit",
    "Location, live updates": "location.background-activity-session",
    "Photos upload extension": "photos-upload.introduced-in-26-1",
    "Live Activity": "live-activity.starts-in-foreground",
    "Live Activity push: update and end": "live-activity-push.payload",
    "Live Activity push: start": "live-activity-push.push-to-start",
    "Live Activity, scheduled": "live-activity.scheduled-start",
    "Broadcast": "live-activity-push.broadcast",
}
OVERTAKEN = {"full recipe before iOS 26": Version("26")}  # from there on it is the full recipe
IN_TIME = 60  # seconds; later, a story is news of yesterday
BLINK = 1  # seconds for which a card may be behind

since = {name: Version(claims.get(claim_id).since) for name, claim_id in ADDED.items()}
before = Version("16")
for ios in VERSIONS:
    new = [name for name, version in since.items() if before < version <= Version(ios)]
    ways = [
        way
        for way in STRATEGIES
        if Version(way.needs) <= Version(ios) < OVERTAKEN.get(way.name, Version("28"))
    ]
    runs = [leave_for_an_hour(way, ios=ios) for way in ways]
    there = [run for run in runs if run.seconds is not None and run.seconds < IN_TIME]
    honest = [run.strategy for run in there if run.misled_seconds < BLINK]
    print(f"iOS {ios}")
    print(f"  added: {', '.join(new) or 'nothing'}")
    print(f"  at the server within a minute: {len(there)} of {len(runs)} ways")
    print(f"  and a card that was right: {', '.join(honest) or 'none of them'}")
    before = Version(ios)
