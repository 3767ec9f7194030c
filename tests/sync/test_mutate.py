"""The mutator of servers and directories: run by hand for long, here for a moment, and with bugs that it has to find."""

import pytest

from afterswipe.sync import driver
from afterswipe.sync.feed.protocol import FileInfo
from afterswipe.sync.store.store import Store
from afterswipe.sync.transfer.fetcher import Fetcher
from faultlab import mutate

pytestmark = pytest.mark.skipif(not hasattr(mutate.signal, "SIGALRM"), reason="a hang is ended by a signal")


def test_nothing_goes_wrong_in_a_few_worlds():
    assert [found for seed in range(12) if (found := mutate.world(seed))] == []


def _forgets(self, gone, **_):
    with self.transaction("lost"):
        self._db.executemany("DELETE FROM files WHERE key = ?", [(have.key,) for have in gone])


def _believes(self, job, _want, _verify=Fetcher.verify):
    return _verify(self, job, FileInfo())


@pytest.mark.parametrize(
    ("place", "name", "bug", "begin"),
    [
        (Store, "lost", _forgets, 0),
        (driver, "is_ours", lambda _name: True, 0),
        (Fetcher, "verify", _believes, 48),
    ],
    ids=["a lost file is not asked for", "everything is swept", "nothing is verified"],
)
def test_a_planted_bug_is_found(monkeypatch, place, name, bug, begin):
    """The worlds begin near the one that finds it."""
    monkeypatch.setattr(place, name, bug)
    assert any(mutate.world(seed) for seed in range(begin, begin + 60))
