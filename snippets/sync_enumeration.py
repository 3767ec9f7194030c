"""Every crash of the real engine, at every point, twice in a row; then the same with a bug planted in it.

A crash is a kill (what was written stays) or a power loss (what was synced stays). In a model of a disk.
"""

import re

from faultlab import (
    EVERY,
    KILL,
    PLANTED,
    POWER,
    SOUND,
    EngineProgram,
    FeedServer,
    Truth,
    at_every_moment,
    enumerate_crashes,
    settled,
)

CRASHES = 2  # in a row; None is any number
BUGS = (
    "row-before-file",
    "split-commit",
    "no-fsync",
)  # what there is: for bug in PLANTED: print(bug.id, bug.does)
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\w+)?")

truth = Truth()
truth.add(SOUND, "Dawn", 250)


def crash_everywhere(extended, kinds, crashes, **engine):
    program = EngineProgram(FeedServer(truth, extended), power=kinds is not KILL, **engine)
    return enumerate_crashes(
        program, crashes=crashes, kinds=kinds, same=settled, look_at=lambda disk: at_every_moment(disk, program.history)
    )  # fmt: skip


for extended in (False, True):
    result = crash_everywhere(extended, EVERY, CRASHES)
    print(f"{'Extended' if extended else 'Plain'} feed: {result}")

for bug in PLANTED:
    if bug.id in BUGS:
        print(f"\nAn engine that {bug.does}")
        for title, kinds in (("kills", KILL), ("power losses", POWER)):
            with bug.planted():
                result = crash_everywhere(True, kinds, 1, engine=bug.engine)
            found = [found for found in result.found if found.plan]
            print(f"  {title}: {IDENTIFIER.sub('…', str(found[0])) if found else 'nothing is found'}")
