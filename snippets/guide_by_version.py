"""What each iOS adds, and which ways to post work there: the person leaves after two seconds and is back after an hour.

A table of this model's rules, not a measurement.
"""

from afterswipe import Version
from afterswipe.mechanisms import MECHANISMS
from afterswipe.story.compare import leave_for_an_hour
from afterswipe.story.strategies import STRATEGIES

VERSIONS = ("16.1", "16.2", "17", "18", "26", "27")
OVERTAKEN = {"full recipe before iOS 26": Version("26")}  # from there on it is the full recipe
IN_TIME = 60  # seconds; later, a story is news of yesterday
BLINK = 1  # seconds for which a card may be behind

before = Version("16")
for ios in VERSIONS:
    new = [row.name for row in MECHANISMS if row.since and before < Version(row.since) <= Version(ios)]
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
