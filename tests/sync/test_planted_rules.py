"""The rules S14 to S23, each with a bug that breaks it: the rule's own test has to find it.

As in `faultlab.crashes.planted`: each is a bug that was made once, in one function. What it breaks is no crash's doing but a server's,
a disk's or a person's, so that it is a test of those that goes red, and not the enumeration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from afterswipe.sync import Forbidden, Stop, driver, engine
from afterswipe.sync.driver import Driver
from afterswipe.sync.feed.protocol import Event
from afterswipe.sync.outcome import Halt
from afterswipe.sync.store import lease
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.transfer.answers import Ask
from afterswipe.sync.transfer.asker import Asker
from faultlab.servers.wire import Reply

from . import test_field_lost as lost
from . import test_field_stuck as stuck
from .rig import Rig, small_truth


@dataclass(frozen=True)
class Bug:
    """What it does, where, and the test that finds it: called with a rig, a folder and a monkeypatch, as far as it wants them."""

    rule: str
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


BUGS = [
    Bug("S14", "sweeps whatever lies in its folders", ((driver, "is_ours", lambda _: True),), lost.test_what_the_engine_cannot_have_made_stays, {}),
    Bug(
        "S15", "takes one content's answer for the server's", ((driver._Trouble, "more", _everybodys),),
        stuck.test_what_one_content_is_answered_stops_no_other, {"reply": Reply(403, {}), "kind": Forbidden, "where": ".mp3"},
    ),
    Bug("S16", "takes an event's id for the event", ((Event, "identity", property(lambda e: e.id)),), lost.test_three_events_with_one_id_are_three, {}),
    Bug("S17", "believes its rows", ((Driver, "look_at_every_file", lambda _: None),), lost.test_files_that_went_away_come_again, {"harm": "deleted"}),
    Bug("S18", "asks for a range that was refused", ((Ask, "may_resume", property(_ever)),), stuck.test_a_range_that_is_refused_is_asked_for_whole, {}),
    Bug(
        "S19", "keeps the lease when a run is cancelled, and believes no lock", ((Lease, "release", lambda _self, **_: None), (lease, "same_machine", lambda _: False)),
        stuck.test_after_a_run_that_did_not_end_the_next_one_need_not_wait, {"ends": "cancelled"},
    ),
    Bug("S20", "plans without looking", ((driver, "AT_ONCE", 10**5),), stuck.test_what_is_pending_is_planned_once_and_until_is_asked_meanwhile, {}),
    Bug("S21", "keeps the password in the address", ((engine, "without_user", lambda url: (url, None)),), stuck.test_no_password_is_stored_or_shown_and_it_is_sent, {}),
    Bug("S22", "takes an empty body for a file", ((Ask, "_size_is_wrong", lambda _self, _total: None),), lost.test_an_empty_body_leaves_the_older_file, {}),
    Bug("S23", "does not try a refused name again", ((Asker, "insist", _gives_up),), stuck.test_a_name_that_is_refused_for_a_moment_is_given_after_it, {}),
]  # fmt: skip


def arguments(bug: Bug, tmp_path, monkeypatch) -> dict[str, object]:
    names = bug.finds.__code__.co_varnames[: bug.finds.__code__.co_argcount]
    made = {
        "rig": lambda: Rig(tmp_path / "here", small_truth(3, 500)),
        "plain": lambda: Rig(tmp_path / "here", small_truth(3, 500), extended=False),
        "tmp_path": lambda: tmp_path,
        "monkeypatch": lambda: monkeypatch,
    }
    return {name: made[name]() for name in names if name in made} | bug.given


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.rule)
def test_a_planted_bug_is_found_by_its_rule_s_test(bug, tmp_path, monkeypatch):
    for place, name, instead in bug.patches:
        monkeypatch.setattr(place, name, instead)
    with pytest.raises((Exception, pytest.fail.Exception)):
        bug.finds(**arguments(bug, tmp_path, monkeypatch))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.rule)
def test_without_it_the_test_is_green(bug, tmp_path, monkeypatch):
    bug.finds(**arguments(bug, tmp_path, monkeypatch))


def test_every_rule_has_its_bug():
    assert [bug.rule for bug in BUGS] == [f"S{number}" for number in range(14, 24)]
