"""From events to jobs: what a content needs, whatever the order in which its events came."""

from itertools import permutations

import pytest

from afterswipe.sync.feed.jobs import is_newer, plan
from afterswipe.sync.feed.protocol import Event, FileInfo, Kind, Media
from afterswipe.sync.feed.records import Have, Known

ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
KEY = f"sound/{ID}"
CREATED, METADATA, FILE, DELETED = Kind
A, B = "a" * 64, "b" * 64


def ends(job):
    """Whether there is nothing to do but to end its events."""
    return not job.delete and not job.metadata and job.file is None


def event(kind: Kind, version: int, sha256: str | None = None, media: Media = Media.SOUND) -> Event:
    return Event(
        f"{kind.name} {version}", ID, media, kind, version, "", FileInfo(5 if sha256 else None, sha256)
    )


def have(sha256: str = A, version: int = 1) -> Have:
    return Have(KEY, f"files/sound/{ID}.{sha256[:16]}.mp3", sha256[:16], 5, sha256, version)


def job(*events: Event, known: Known | None = None, here: Have | None = None, plain: bool = False):
    return plan(list(events), known, here, plain=plain)


HERE = Known(1, False, "{}")
GONE = Known(5, True, None)


def test_something_new_needs_everything():
    made = job(event(CREATED, 1, A))
    assert (made.metadata, made.file, made.delete) == (True, FileInfo(5, A), False)
    assert made.final == f"files/sound/{ID}.{A[:16]}.mp3"
    assert made.part == f"parts/sound.{ID}.{A[:16]}.part"


def test_an_author_has_no_file():
    made = job(event(CREATED, 1, media=Media.AUTHOR))
    assert (made.metadata, made.file) == (True, None)


def test_created_for_what_is_here_is_done():
    assert ends(job(event(CREATED, 1), known=HERE, here=have(), plain=True))
    assert ends(job(event(CREATED, 9), known=HERE, here=have(), plain=True))


def test_the_trap_what_is_here_means_the_file_too():
    """An entity without its file: `created` is not done. This is how a sound is lost for ever."""
    assert job(event(CREATED, 2), known=HERE, here=None, plain=True).file is not None


def test_an_extended_feed_may_have_folded_changes_into_created():
    made = job(event(CREATED, 9, A), known=HERE, here=have())
    assert (made.metadata, made.file) == (True, None)
    assert job(event(CREATED, 9, B), known=HERE, here=have()).file == FileInfo(5, B)


@pytest.mark.parametrize("kind", [CREATED, METADATA, FILE])
def test_s4_an_older_event_changes_nothing(kind):
    assert ends(job(event(kind, 1, B), known=Known(2, False, "{}"), here=have()))
    assert ends(job(event(kind, 4, B), known=GONE))
    assert ends(job(event(kind, 5, B), known=GONE)), "a tombstone wins over a put of the same version"
    assert not ends(job(event(kind, 6, B), known=GONE))


def test_s3_a_repeated_event_changes_nothing():
    assert ends(job(event(CREATED, 1, A), known=HERE, here=have()))
    assert ends(job(event(DELETED, 5), known=GONE))


def test_s4_the_order_in_which_events_come_does_not_matter():
    events = [event(CREATED, 1, A), event(METADATA, 2), event(FILE, 3, B), event(METADATA, 4)]
    plans = {
        (made.metadata, made.file, made.tag, made.version, made.delete)
        for order in permutations(events)
        for made in [job(*order)]
    }
    assert plans == {(True, FileInfo(5, B), B[:16], 4, False)}


def test_deleted_and_made_again():
    made = job(event(CREATED, 1, A), event(DELETED, 2), event(CREATED, 3, B), known=HERE, here=have())
    assert (made.delete, made.metadata, made.file) == (False, True, FileInfo(5, B))
    odd = job(event(CREATED, 1, A), event(DELETED, 2), event(METADATA, 3), known=HERE, here=have())
    assert (odd.metadata, odd.file, odd.tag) == (True, FileInfo(), f"v{3:016x}"), (
        "the file from before says nothing"
    )
    gone = job(event(CREATED, 1, A), event(DELETED, 2), known=HERE, here=have())
    assert (gone.delete, gone.version) == (True, 2)


def test_deleted_before_it_came_leaves_a_tombstone():
    assert job(event(DELETED, 2)).delete


def test_of_two_at_the_same_time_the_list_s_order_says_which_is_later():
    assert job(event(METADATA, 2), event(DELETED, 2), known=HERE, here=have()).delete
    assert not job(event(DELETED, 2), event(METADATA, 2), known=HERE, here=have()).delete


def test_an_update_of_something_unknown_makes_it():
    made = job(event(METADATA, 2, A))
    assert (made.metadata, made.file) == (True, FileInfo(5, A))


def test_a_new_file_gets_a_new_name():
    """The old one stays right, and is the one that the row means, until the new one is."""
    made = job(event(FILE, 2, B), known=HERE, here=have())
    assert made.final != have().name
    plain = job(event(FILE, 2), known=HERE, here=have(), plain=True)
    assert plain.tag == f"v{2:016x}"
    assert not plain.metadata


def test_what_is_here_is_not_got_again():
    assert job(event(FILE, 2, A), known=HERE, here=have()).file is None


def test_file_updated_for_an_author_is_reported_and_done():
    bad = event(FILE, 2, media=Media.AUTHOR)
    made = job(bad, known=HERE)
    assert ends(made)
    assert made.invalid == (bad,)
    both = job(bad, event(METADATA, 3, media=Media.AUTHOR), known=HERE)
    assert both.metadata
    assert both.invalid == (bad,)


def test_events_of_one_time_in_a_plain_feed_both_count():
    assert is_newer(event(METADATA, 1), HERE)
    assert not is_newer(event(CREATED, 1), HERE)
