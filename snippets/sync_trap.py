"""A trap: the row is written before the file. Every crash at every point finds it. Change the order, and run again.

In a model of a disk: a kill leaves what was written, a power loss only what was synced.
"""

from faultlab import enumerate_crashes

FEED = {"dawn": b"0123456789", "noon": b"abcdefghij"}  # the sounds that the server has
TRAP = ("row", "download", "sync bytes", "rename", "sync folder")
NO_SYNC = ("download", "rename", "sync folder", "row")
RIGHT = ("download", "sync bytes", "rename", "sync folder", "row")


def take(disk, database, name, order):
    part = f"parts/{name}.part"
    for step in order:
        match step:
            case "row":
                database.execute("INSERT INTO have VALUES (?)", (name,))
            case "download":
                disk.open_part(part)
                disk.truncate(part, 0)
                disk.append(part, FEED[name])
            case "sync bytes":
                disk.fsync(part)
            case "rename":
                disk.rename(part, f"files/{name}.mp3")
            case "sync folder":
                disk.fsync_directory("files")


def start(disk, order):
    """What the app does at each start: whatever has a row already counts as done."""
    database = disk.database()
    database.execute("CREATE TABLE IF NOT EXISTS have (name PRIMARY KEY)")
    for name in FEED:
        if not database.execute("SELECT 1 FROM have WHERE name = ?", (name,)).fetchone():
            take(disk, database, name, order)
    for name, data in FEED.items():
        if (size := disk.size(f"files/{name}.mp3")) is None:
            yield f"{name}.mp3 is missing, and no start asks for it again"
        elif b"".join(disk.read(f"files/{name}.mp3")) != data:
            yield f"{name}.mp3 has its name, its row and {size} bytes, and they are wrong"


for title, order in (("The trap", TRAP), ("Without a sync", NO_SYNC), ("Right", RIGHT)):
    result = enumerate_crashes(lambda disk, order=order: start(disk, order), crashes=None)
    print(f"{title}: {', '.join(order)}")
    for found in result.found:
        print(f"  {found}")
    print(f"  {result}")
