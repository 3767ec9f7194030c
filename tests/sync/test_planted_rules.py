"""The rules S14 to S23, and the faults F88 and on that ask for them, each with a bug: the test named there has to find it.

As in `faultlab.crashes.planted`: each is a bug that was made once, in one function. What it breaks is no crash's doing but a server's,
a disk's or a person's, so that it is a test of those that goes red, and not the enumeration.
"""

import asyncio
import builtins
import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar
from math import inf
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import afterswipe_sync
from afterswipe.sync import (
    AnotherProcess,
    Disk,
    DiskFull,
    Forbidden,
    NotAFeed,
    Stop,
    command,
    core,
    driver,
    engine,
)
from afterswipe.sync.driver import Driver
from afterswipe.sync.feed import jobs, protocol
from afterswipe.sync.feed.jobs import plan
from afterswipe.sync.feed.protocol import Event
from afterswipe.sync.outcome import Halt
from afterswipe.sync.store import disk, lease, schema, store
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.store import Store
from afterswipe.sync.transfer import answers, fetcher
from afterswipe.sync.transfer import wire as transfer_wire
from afterswipe.sync.transfer.answers import Answer, Ask
from afterswipe.sync.transfer.fetcher import Fetcher, Turn
from afterswipe.sync.transfer.wire import Broken, Wire
from faultlab.faults.field import FIELD, RULES
from faultlab.servers.wire import Ending, Reply

from . import test_a_moving_feed as moving
from . import test_a_third_hour as third
from . import test_an_hour as hour
from . import test_an_hour_wire as bytewise
from . import test_client_errors as client
from . import test_field_lost as lost
from . import test_field_stuck as stuck
from . import test_no_room as room
from . import test_not_ours as not_ours
from . import test_odd_rows as odd
from . import test_one_more_hour as more
from . import test_own_cases_whose as whose
from . import test_own_cases_wire as wire
from . import test_store as stored
from .rig import Rig, small_truth

LAST_OF_THE_RULES = 87  # until there, a rule's bug stands for its faults
_place, _fstat, _lstat, _file, _keeps, _asks, _had = (
    Store.place,
    os.fstat,
    os.lstat,
    jobs._file,
    Store.set_cursor,
    core.AskFeed,
    core.AskFeed._had,
)
_all, _swap, _has_gap = core.AskFeed._start_full, Store.swap, core.AskFeed._has_gap
_is_newer = jobs.is_newer
_AS_SQLITE_HAS_IT = (
    "meta WHERE feed_id IS NULL AND CAST(strftime('%s', cursor) AS INTEGER) != cursor_version / 1000000000"
)


def _without_gap(self, reason, **how):
    return _all(self, reason, **how | {"gap": False})


@dataclass(frozen=True)
class Bug:
    """What it does, where, and the test that finds it: called with a rig, a folder and the like, as far as it wants them."""

    of: str
    """The rule, or the fault, that it breaks."""
    does: str
    patches: tuple[tuple[object, str, Any], ...]
    finds: Callable[..., None]
    given: dict[str, object]


async def _gives_up(_self, _arrived, error):
    raise error


def _everybodys(_self, error, **_):
    raise Halt(Stop.NEEDS_AUTHORIZATION, error)


def _ever(self):
    return bool(self.size) and (self.here.validator is not None or self.want.sha256 is not None)


class _Believed(tuple[Event, ...]):
    """Events of a list that counts as one that has some."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


def _believes(self, page, *, _swap=Store.swap, **more):
    return _swap(self, replace(page, events=_Believed(page.events)), **more)


def _without_the_newest(self, error, *, newest, _more=driver._Trouble.more):
    _more(self, error, newest=True)


def _a_number(page, newest, *, full, _cursor=core._cursor):
    number = page.cursor is not None and page.cursor.isdecimal()
    return (page.cursor, int(page.cursor)) if number else _cursor(page, newest, full=full)


def _spelled_once(self, events, *, shadow, _insert=Store.insert_events):
    before = self._rows("SELECT key, content FROM spelled")
    yield from _insert(self, events, shadow=shadow)
    self._db.executemany("INSERT OR REPLACE INTO spelled VALUES (?, ?)", before)


def _reads_on(self, name):
    read = b"".join(self.disk.read(name))
    return hashlib.sha256(read).hexdigest(), len(read)


def _believes_its_length(self, judged=Answer.__post_init__):
    judged(self)
    self.length = int(self.headers.get("content-length", 0)) or self.length


def _by_its_type(self, _begins, *, document=False):
    return self.kind == "text/html" or document is None


async def _knows_only_the_network(_self, coming, *, head=False):
    try:
        return await coming
    except httpx.RequestError as error:
        raise Broken(str(error), silent=head) from error


def _once(self, _look=Driver.look_at_every_file):
    return (None for _ in ()) if self.jobs else _look(self)


def _takes_nothing_back(self, page, *, _swap=Store.swap, **more):
    for _ in _swap(self, page, **more):
        self._db.execute("UPDATE entities SET version = 99 WHERE version = -1")
        yield


def _of_what_is_here(self, name, key, *of, _own=Store.own_event):
    event = _own(self, name, key, *of)
    return event if self.known(key) else event._replace(id="lost")


def _takes_as_of_before(self, _take=Lease.take):
    clock, disk, now, alone = self.clock, self.store.disk, self.clock.wall(), self.store.disk.alone()
    self.clock = SimpleNamespace(wall=lambda: now, monotonic=clock.monotonic)
    self.store.disk = SimpleNamespace(alone=lambda: alone)
    try:
        _take(self)
    finally:
        self.clock, self.store.disk = clock, disk


def _no_feed(self, status):
    return self._failed(NotAFeed(f"There is no feed at this address ({status})."))


def _ends_all(self, job, total, here):
    if self.disk.free() < self.limits.reserve_bytes + (total or here + 1) - here:
        raise Halt(Stop.NEEDS_SPACE, DiskFull(job.key))


def _all_or_none(self, group, *, _settle=Fetcher.settle):
    landing, refused = _settle(self, group)
    for error in [error for _, error in refused if isinstance(error, DiskFull)]:
        raise error
    return landing, refused


def _as_python_ends(called, *, env, _run=subprocess.run, **how):
    code = "import sys; import afterswipe_sync as it; it._end = lambda code, *_: sys.exit(code); it.main()"
    return _run([called[0], "-c", code, *called[3:]], env=env, **how)


BUGS = [
    Bug("S14", "sweeps whatever lies in its folders", ((driver, "is_ours", lambda _: True),), lost.test_what_the_engine_cannot_have_made_stays, {}),
    Bug(
        "S15", "takes one content's answer for the server's", ((driver._Trouble, "more", _everybodys),),
        stuck.test_what_one_content_is_answered_stops_no_other, {"reply": Reply(403, {}), "kind": Forbidden, "where": ".mp3"},
    ),
    Bug("S16", "takes an event's id for the event", ((Event, "identity", property(lambda e: e.id)),), lost.test_three_events_with_one_id_are_three, {}),
    Bug("S17", "believes its rows", ((Driver, "look_at_every_file", lambda _: (None for _ in ())),), lost.test_files_that_went_away_come_again, {"harm": "deleted"}),
    Bug("S18", "asks for a range that was refused", ((Ask, "may_resume", property(_ever)),), stuck.test_a_range_that_is_refused_is_asked_for_whole, {}),
    Bug(
        "S19", "keeps the lease when a run is cancelled, and believes no lock", ((Lease, "release", lambda _self, **_: None), (lease, "same_machine", lambda _: False)),
        stuck.test_after_a_run_that_did_not_end_the_next_one_need_not_wait, {"ends": "cancelled"},
    ),
    Bug("S20", "plans without looking", ((driver, "AT_ONCE", 10**5),), stuck.test_what_is_pending_is_planned_once_and_until_is_asked_meanwhile, {}),
    Bug("S21", "keeps the password in the address", ((engine, "without_user", lambda url: (url, None)),), stuck.test_no_password_is_stored_or_shown_and_it_is_sent, {}),
    Bug("S22", "takes an empty body for a file", ((Ask, "_size_is_wrong", lambda _self, _total: None),), lost.test_an_empty_body_leaves_the_older_file, {}),
    Bug("S23", "does not try a refused name again", ((Fetcher, "insist", _gives_up),), stuck.test_a_name_that_is_refused_for_a_moment_is_given_after_it, {}),
    Bug("F88", "believes an empty list", ((Store, "swap", _believes),), wire.test_what_an_empty_list_leaves_out_is_asked_for_first, {"generation": None}),
    Bug(
        "F89", "gives up before it has tried the newest", ((driver._Trouble, "more", _without_the_newest),),
        wire.test_the_oldest_contents_whose_connection_breaks_keep_no_newer_one_away, {"ending": Ending.REFUSED},
    ),
    Bug(
        "F90", "takes digits for a number that a database can hold", ((core, "_cursor", _a_number),),
        wire.test_a_cursor_that_no_database_can_hold_is_one_all_the_same, {"cursor": "9" * 19},
    ),
    Bug("F91", "notes a spelling once", ((Store, "insert_events", _spelled_once),), wire.test_a_server_may_come_to_spell_its_ids_otherwise, {}),
    Bug(
        "F92", "takes what a range is answered for what the file is", ((answers, "_NOT_OF_A_RANGE", range(600)),),
        wire.test_whatever_a_range_is_answered_the_whole_is_asked_for, {"extended": True, "refusal": wire.REFUSALS["203"]},
    ),
    Bug("F93", "reads a file without looking up", ((Fetcher, "digest", _reads_on),), wire.test_looking_through_files_after_a_kill_is_ended_and_gone_on_with, {}),
    Bug("F94", "shows what a server says", ((command, "ascii", "'{}'".format),), wire.test_what_a_server_says_is_no_command_to_a_terminal, {}),
    Bug("F95", "believes what a server calls it", ((Answer, "for_people", _by_its_type),), wire.test_a_server_that_calls_everything_html_is_one, {"extended": True}),
    Bug(
        "F96", "judges by the first piece", ((fetcher, "_BEGIN", 1),),
        wire.test_a_page_for_people_that_comes_letter_by_letter_is_none_the_less_one,
        {"kind": "application/octet-stream", "begins": b"<!doctype html><title>"},
    ),
    Bug(
        "F97", "knows the errors of a network alone", ((Wire, "_in_time", _knows_only_the_network),),
        client.test_what_it_stumbles_over_for_ever_is_one_content_s_trouble, {"library": httpx, "where": "send", "error": KeyError(7)},
    ),
    Bug(
        "F98", "ends where one file does not fit", ((Fetcher, "check_space", _ends_all),),
        room.test_a_file_larger_than_the_disk_keeps_no_smaller_one_away, {"extended": True, "length": True, "concurrency": 1},
    ),
    Bug(
        "F99", "asks for the later one alone once more", ((Fetcher, "judge", lambda _self, _first, again, *_: again),),
        whose.test_what_belongs_to_another_address_is_not_kept, {"victim": 0, "cache": "once", "limits": {}},
    ),
    Bug(
        "F100", "looks once", ((Driver, "look_at_every_file", _once),),
        whose.test_files_that_go_while_a_run_goes_on_come_again_in_it, {"extended": True, "what": "files"},
    ),
    Bug(
        "F101", "keeps what does not fit", ((Fetcher, "give_up", lambda *_: None),),
        whose.test_a_file_larger_than_a_quota_gives_its_room_to_smaller_ones, {"extended": True, "concurrency": 1},
    ),
    Bug("F102", "doubts for ever", ((fetcher, "_DOUBT", inf),), hour.test_bytes_that_were_garbled_for_an_hour_come_in_the_end, {}),
    Bug(
        "F103", "counts in one run alone", ((Store, "place", lambda self: _place(self)._replace(stored=0)),),
        hour.test_a_list_without_an_end_has_one_over_several_runs, {},
    ),
    Bug(
        "F104", "needs a folder for what is temporary", ((disk, "_Database", lambda path, *_: sqlite3.connect(path)),),
        hour.test_no_other_folder_has_to_be_writable, {},
    ),
    Bug("F105", "does not know of it", ((command, "MemoryError", EOFError),), hour.test_too_little_memory_is_one_line, {}),
    Bug(
        "F106", "keeps them all", ((command, "_COOKIES", 10**9),),
        hour.test_a_cookie_with_each_answer_is_not_sent_for_ever, {"large": 1, "answers": 900},
    ),
    Bug(
        "F107", "believes both", ((Answer, "__post_init__", _believes_its_length),),
        bytewise.test_a_length_beside_chunks_says_nothing, {"by": 77, "extended": True},
    ),
    Bug(
        "F108", "takes it for what the whole is answered", ((answers, "_NOT_OF_A_RANGE", range(600)),),
        bytewise.test_whatever_is_refused_of_a_rest_the_whole_is_asked_for, {"what": "encoded", "extended": True},
    ),
    Bug(
        "F109", "asks the cache again", ((Ask, "headers", property(lambda self: {"range": f"bytes={self.size}-"} if self.may_resume else {})),),
        bytewise.test_another_length_under_the_same_validator_is_asked_for_past_caches, {"extended": False},
    ),
    Bug(
        "F110", "shows what was typed", ((command, "re", SimpleNamespace(findall=lambda _, typed: [("", "", typed)])),),
        bytewise.test_a_password_that_no_address_may_have_is_not_shown, {"scheme": "http://", "password": "pa/s3cret"},
    ),
    Bug(
        "F111", "compares letters", ((transfer_wire, "_spelled", lambda host: host or ""),),
        bytewise.test_a_host_may_be_written_in_two_ways, {"typed": "https://bücher.example/", "led": "https://xn--bcher-kva.example/"},
    ),
    Bug("F112", "takes whatever is given", ((command, "_host", str),), bytewise.test_a_host_that_can_never_match_is_one_line, {"host": "cdn.example:8443"}),
    Bug(
        "F113", "says that nothing comes", ((fetcher, "Turn", lambda ask, broken=None, came=0, said="": Turn(ask, broken, came)),),
        bytewise.test_the_status_is_named, {"part": ".mp3", "status": 507},
    ),
    Bug("F114", "calls everybody out of reach", ((driver, "Elsewhere", EOFError),), bytewise.test_whoever_answers_is_not_called_out_of_reach, {}),
    Bug("F115", "keeps what it is given", ((command._Jar, "set_cookie", CookieJar.set_cookie),), bytewise.test_a_cookie_that_no_header_may_have_is_not_kept, {}),
    Bug(
        "F116", "looks at the feed's alone", ((driver, "caused", lambda *_: False),),
        bytewise.test_a_certificate_that_is_not_trusted_is_said_wherever_it_is, {"part": ".mp3"},
    ),
    Bug(
        "F117", "does not look how many names it has", ((os, "fstat", lambda of: os.stat_result([*(found := _fstat(of))[:3], 1, *found[4:10]])),),
        more.test_a_part_that_is_somebody_s_file_too_is_no_part, {"when": "before", "extended": True},
    ),
    Bug(
        "F118", "puts one in the other's place", ((Disk, "set_database_aside", lambda self: (self.root / "sync.db").replace(self.root / "sync.db.damaged")),),
        more.test_the_first_database_that_is_set_aside_stays, {},
    ),
    Bug(
        "F119", "compares nothing", ((schema, "_NONSENSE", ()),), more.test_rows_that_look_right_are_compared,
        {"extended": True, "statement": "DELETE FROM entities"},
    ),
    Bug(
        "F120", "takes a page for a file", ((fetcher, "Ask", lambda *of, **named: Ask(*of, **named | {"document": False})),),
        more.test_a_bound_on_files_is_none_on_the_feed, {},
    ),
    Bug("F121", "believes any command line", ((command, "_main", lambda _options: 0),), more.test_no_directory_is_not_this_one, {}),
    Bug("F122", "lets it out", ((command, "mapped", nullcontext),), more.test_no_open_file_left_is_one_line, {}),
    Bug(
        "F123", "does not know of it", ((afterswipe_sync, "MemoryError", EOFError),),
        more.test_what_cannot_even_be_loaded_is_one_line, {"error": MemoryError()},
    ),
    Bug("F124", "knows of no proxy", ((command, "getproxies", dict),), more.test_a_proxy_that_is_not_right_is_spoken_of, {}),
    Bug("F125", "believes its cursor", ((core, "_cursor", lambda page, *_, **__: (page.cursor, -1)),), bytewise.test_an_empty_list_moves_no_cursor, {"before": 0}),
    Bug(
        "F126", "does not look how many names it has", ((os, "lstat", lambda of, **at: os.stat_result([*(found := _lstat(of, **at))[:3], 1, *found[4:10]])),),
        more.test_a_database_that_is_somebody_s_file_too_is_not_opened, {"end": "", "how": "names"},
    ),
    Bug("F127", "takes any", ((command.sys, "maxsize", 10**40),), more.test_a_bound_beyond_all_counting_is_one_line, {}),
    Bug("F128", "says that there is no feed", ((core.AskFeed, "_refused", _no_feed),), moving.test_servers_behind_one_name_that_are_at_odds_are_said_to_be, {}),
    Bug(
        "F129", "believes its own clock", ((Answer, "sent", property(lambda _: inf)),), moving.test_an_event_that_is_dated_ahead_hides_no_later_one,
        {"form": "plain", "off": 2 * moving.HOUR, "ahead": moving.HOUR},
    ),
    Bug(
        "F130", "believes what it knows", ((Store, "swap", _takes_nothing_back),), moving.test_what_a_backup_took_back_is_asked_for_anew,
        {"page": 1, "less": ()},
    ),
    Bug("F131", "believes the word", ((jobs, "_file", lambda *of, plain: _file(*of, plain=plain or True)),), moving.test_a_list_that_says_created_may_mean_another_file, {"numbered": True}),
    Bug("F132", "believes the date", ((driver, "plan", lambda *of, at, **how: plan(*of, **how)),), moving.test_what_changed_after_a_date_ahead_is_later, {"later": "deleted"}),  # noqa: PLW0108
    Bug("F133", "looks at both ends", ((protocol, "pairwise", lambda listed: [(listed[0], listed[-1])] if listed else []),), moving.test_one_date_ahead_turns_no_list_round, {}),
    Bug(
        "F134", "lets others end it", ((subprocess, "run", _as_python_ends),),
        third.test_a_signal_at_the_edges_of_a_run_is_no_traceback, {"at": "end", "sent": "SIGTERM"},
    ),
    Bug("F135", "waits for its threads", ((command, "_Loop", asyncio.SelectorEventLoop),), third.test_the_end_waits_for_no_name_that_is_looked_up, {}),
    Bug(
        "F136", "knows of no proxy", ((command, "getproxies", dict),),
        third.test_a_proxy_whose_port_is_none_is_one_line, {"address": "proxy.example:99999"},
    ),
    Bug("F137", "blames the server", ((answers, "PROXY", 0),), third.test_a_proxy_that_wants_credentials_is_not_called_the_server, {}),
    Bug("F138", "opens it all the same", ((disk, "_BEGIN", 0),), third.test_a_disk_that_is_full_to_the_last_block_is_one_line, {}),
    Bug("F139", "shows it", ((command, "_text", str),), third.test_the_name_of_a_folder_is_no_command_to_a_terminal, {}),
    Bug("F140", "asks for what was here", ((Store, "own_event", _of_what_is_here),), moving.test_what_is_pending_and_on_no_list_any_more_is_asked_for, {"page": 1}),
    Bug(
        "F141", "believes what it has read", ((Store, "read_anew", lambda *_: None),),
        moving.test_a_size_that_was_wrong_and_is_right_in_the_list_is_asked_for, {"numbered": True, "size": 499, "length": True},
    ),
    Bug(
        "F142", "remembers what was done of what was taken back", ((store, "_TAKEN_BACK", [of for of in store._TAKEN_BACK if " done " not in of]), (store, "_UNDONE", "SELECT 1")),
        moving.test_what_a_server_that_is_behind_takes_back_comes_again, {},
    ),
    Bug(
        "F143", "goes on and ends", ((core, "AskFeed", lambda *of, **how: _asks(*of, **how | {"since": None})),),
        moving.test_after_a_list_that_another_run_began_the_feed_is_asked_once_more, {"full": True},
    ),
    Bug("F144", "ends where no folder can be made", ((Fetcher, "settle", _all_or_none),), third.test_where_no_folder_can_be_made_parts_make_room, {"extended": True}),
    Bug(
        "F145", "does not look what it names", ((disk, "samestat", lambda *_: True),),
        third.test_what_is_put_in_the_place_of_a_part_gets_no_name_of_ours, {"extended": True, "what": "folder"},
    ),
    Bug("F146", "makes a new one", ((Disk, "stands", lambda _: None),), third.test_a_directory_that_goes_at_the_very_end_is_not_made_anew, {}),
    Bug(
        "F147", "writes it all the same", ((command, "Stop", SimpleNamespace(NEEDS_SPACE=None, OFFLINE=None)),),
        third.test_where_the_disk_is_full_no_list_of_problems_takes_more, {},
    ),
    Bug("F148", "goes on where it was", ((Store, "agrees", lambda *_: True),), moving.test_a_list_left_off_before_a_backup_came_back_begins_anew, {}),
    Bug(
        "F149", "asks for it alone", ((Driver, "__setattr__", lambda self, name, value: object.__setattr__(self, name, name != "unknown" and value)),),
        moving.test_what_is_pending_and_unknown_to_the_server_is_looked_for_on_the_list, {"page": 1},
    ),
    Bug(
        "F150", "looks behind the last one", ((store, "_UNLISTED", f"WHERE version > {store._LISTED('MAX(version)')}"),),
        moving.test_what_a_backup_took_back_counts_no_more_though_later_came, {"pending": False, "less": ()},
    ),
    Bug(
        "F151", "keeps it", ((Store, "set_cursor", lambda self, at, version: _keeps(self, at, version) if at else None),),
        moving.test_a_cursor_that_was_refused_is_asked_for_no_more, {},
    ),
    Bug("F152", "takes it for another process", ((disk, "DiskFault", AnotherProcess),), third.test_a_part_that_somebody_cuts_is_that_content_s_trouble, {"extended": True}),
    Bug("F153", "goes to both at once", ((transfer_wire, "set", lambda found: [", ".join(found)]),), bytewise.test_a_redirect_to_two_places_leads_nowhere, {"second": "/other"}),
    Bug("F154", "asks when it is before its turn", ((Lease, "take", _takes_as_of_before),), stored.test_of_two_that_begin_at_once_one_is_told, {"later": 0}),
    Bug(
        "F155", "believes numbers", ((core.AskFeed, "_had", lambda *of: _had(*of)._replace(lowest=protocol.BEYOND)),),
        moving.test_a_server_that_counts_anew_and_takes_the_cursor_is_seen_by_its_dates, {"change": "rename", "less": (), "order": 1},
    ),
    Bug("F156", "remembers nothing", ((store, "_DONE", 0),), moving.test_what_was_deleted_and_is_there_again_may_be_told_twice, {"page": 100}),
    Bug(
        "F158", "believes the date", ((store, "_BY_LIST", "0"),), moving.test_behind_a_cursor_what_is_not_known_counts_whatever_its_date,
        {"kinds": "1", "off": -3, "apart": True},
    ),
    Bug("F159", "forgets the gap", ((core.AskFeed, "_start_full", _without_gap),), moving.test_a_number_that_commits_late_is_looked_for_in_the_next_runs, {"after": 60, "kind": 0, "runs": 1}),
    Bug(
        "F160", "reads on", ((transfer_wire, "hasattr", lambda *_: False),), bytewise.test_what_comes_behind_an_answer_is_no_answer_to_the_next_question,
        {"unasked": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
    ),
    Bug("F161", "waits", ((command, "_PATIENCE", 0),), third.test_an_output_that_nobody_takes_holds_no_end_up, {}),
    Bug(
        "F162", "opens it first", ((disk, "require_ours", lambda _: None),), not_ours.test_another_program_s_database_is_not_recovered_for_it,
        {"statements": (not_ours.ROWS, *not_ours.LARGE), "mark": False},
    ),
    Bug("F163", "leaves it to SQLite", ((Disk, "set_database_aside", lambda *_: None),), not_ours.test_a_log_without_its_database_is_set_aside, {"end": "-journal"}),
    Bug(
        "F164", "takes it for the same", ((transfer_wire, "quote", lambda _: ""),), whose.test_a_tag_of_one_address_says_nothing_at_another,
        {"moved": "path", "runs": 1},
    ),
    Bug("F165", "takes it for all", ((core, "_BOUND", 10**9),), moving.test_a_plain_list_that_its_server_bounds_is_read_to_its_end, {"bound": 50, "inclusive": False}),
    Bug(
        "F166", "believes it", ((Store, "swap", lambda *of, **more: _swap(*of[:-1], of[-1]._replace(highest=protocol.BEYOND), **more)),),
        moving.test_a_list_that_ends_before_what_is_known_deletes_nothing_that_is_there, {"restored": False, "number": True},
    ),
    Bug(
        "F167", "reads it as SQLite does", ((schema, "_NONSENSE", (_AS_SQLITE_HAS_IT,)),), odd.test_a_cursor_whose_fraction_is_rounded_is_no_damage,
        {"newest": "2026-08-31T00:00:59.9996Z"},
    ),
    Bug(
        "F168", "looks at events alone", ((core.AskFeed, "_has_gap", lambda self, page: _has_gap(self, replace(page, cursor=None))),),
        moving.test_a_cursor_ahead_of_its_numbers_is_a_gap, {"before": True},
    ),
    Bug(
        "F169", "forgets what was done", ((store, "_TOLD", "DELETE FROM events WHERE shadow = 0 AND id IN (SELECT id FROM done)"),),
        moving.test_what_was_done_ahead_of_a_clock_is_later_than_a_deletion_before_it, {"whole": False, "margin": False},
    ),
    Bug("F170", "knows the number", ((jobs, "is_newer", lambda event, known, _: _is_newer(event, known)),), moving.test_a_whole_list_that_says_another_digest_of_the_same_event_is_believed, {}),
    Bug("F171", "adds nothing up", ((schema, "_NONSENSE", schema._NONSENSE[1:]),), odd.test_a_log_that_is_replayed_on_an_older_database_is_damage, {"change": "add", "extended": True}),
    Bug("F157", "believes the list's order", ((jobs, "reversed", lambda events: events[-1:]),), moving.test_a_clock_that_is_behind_orders_no_list, {"off": -moving.YEAR}),
]  # fmt: skip


def arguments(bug: Bug, tmp_path, monkeypatch, capsys) -> dict[str, object]:
    names = bug.finds.__code__.co_varnames[: bug.finds.__code__.co_argcount]
    made = {
        "rig": lambda: Rig(tmp_path / "here", small_truth(3, 500)),
        "plain": lambda: Rig(tmp_path / "here", small_truth(3, 500), extended=False),
        "tmp_path": lambda: tmp_path,
        "monkeypatch": lambda: monkeypatch,
        "capsys": lambda: capsys,
    }
    return {name: made[name]() for name in names if name in made} | bug.given


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.of)
def test_a_planted_bug_is_found_by_its_test(bug, tmp_path, monkeypatch, capsys):
    for place, name, instead in bug.patches:
        monkeypatch.setattr(place, name, instead, raising=name not in vars(builtins))
    with pytest.raises((Exception, pytest.fail.Exception)):
        bug.finds(**arguments(bug, tmp_path, monkeypatch, capsys))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.of)
def test_without_it_the_test_is_green(bug, tmp_path, monkeypatch, capsys):
    bug.finds(**arguments(bug, tmp_path, monkeypatch, capsys))


def test_every_rule_has_its_bug_and_since_the_rules_every_fault():
    assert [bug.of for bug in BUGS if bug.of in RULES] == list(RULES)
    faults = {bug.of: bug.finds.__name__ for bug in BUGS if bug.of not in RULES}
    assert faults == {kind.id: kind.test for kind in FIELD if int(kind.id[1:]) > LAST_OF_THE_RULES}
