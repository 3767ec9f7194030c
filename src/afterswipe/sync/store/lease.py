"""The right to write in a directory, held by one process at a time: a row with an owner and an expiry.

It has to work over a reboot, so its expiry is in wall time. It is renewed long before, and looked at after
every wait long enough to lose it: who was suspended for three days finds the directory somebody else's.
"""

from dataclasses import dataclass

from afterswipe.sync.clock import Clock
from afterswipe.sync.errors import AnotherProcess

from .disk import same_machine
from .store import Store


@dataclass
class Lease:
    """The lease of one owner, who may take it again at once, unless somebody of its name has the lock."""

    store: Store
    owner: str
    seconds: float
    clock: Clock
    unclean: bool = False  # whether the run before this one did not end in good order
    _renewed: tuple[float, float] = (0.0, 0.0)
    _looked: float = -1.0

    def take(self) -> None:
        """In one transaction, take the lease and note that no good end has come; raises AnotherProcess."""
        with self.store.transaction("lease") as db:  # behind whoever came at the same time
            now, alone = self.clock.wall(), self.store.disk.alone()
            row = db.execute("SELECT owner, CAST(expires AS REAL) FROM lease").fetchone()
            # An expiry further away than a lease is long is from a clock that has been set since. A lock that
            # is free says that a holder on this machine is gone; of another machine only the time tells.
            held = row and now < row[1] <= now + self.seconds
            if held and not (alone is not False if row[0] == self.owner else alone and same_machine(row[0])):
                wait = f"Wait for it to end, or at most {row[1] - now:.0f} s if it was ended by force."
                raise AnotherProcess(f"{row[0].rsplit('/', 2)[0]} is at work in this directory. {wait}")
            db.execute("INSERT OR REPLACE INTO lease VALUES (1, ?, ?)", (self.owner, now + self.seconds))
            self.unclean = not db.execute("SELECT clean FROM meta").fetchone()[0]
            db.execute("UPDATE meta SET clean = 0")
        self._renewed = self.clock.monotonic(), now

    def keep(self, *, sure: bool = True) -> None:
        """Before writing: raise DirectoryGone or AnotherProcess where directory or lease is not ours now."""
        monotonic, wall = self.clock.monotonic(), self.clock.wall()
        if sure or monotonic - self._looked >= 0.05:  # for an open file, 20 looks a second are enough
            self.store.disk.stands()
            self._looked = monotonic
        if max(monotonic - self._renewed[0], abs(wall - self._renewed[1])) < self.seconds / 2:
            return
        with self.store.transaction("lease") as db:
            row = db.execute("SELECT owner FROM lease").fetchone()
            if not row or row[0] != self.owner:
                raise AnotherProcess("Another process took over while this one was not running. It does the rest; start again to see what is left.")  # fmt: skip
            db.execute("UPDATE lease SET expires = ?", (wall + self.seconds,))
        self._renewed = monotonic, wall

    def release(self, *, clean: bool = True) -> None:
        """Let the next one in. After a `clean` end, in good order, nothing is left to check."""
        with self.store.transaction("release") as db:
            mine = db.execute("DELETE FROM lease WHERE owner = ?", (self.owner,)).rowcount
            if mine and clean:
                db.execute("UPDATE meta SET clean = 1")
                db.execute("UPDATE files SET checked = 1 WHERE checked = 0")
