"""What is given wrongly is answered with one sentence of the package's own that says what to give, and nothing is half done."""

import asyncio
import gc
import inspect
from collections.abc import Callable, Iterator
from enum import Enum

import httpx
import pytest

import afterswipe
from afterswipe import (
    MB,
    SECOND,
    AfterSwipeError,
    Application,
    BGAppRefreshTaskRequest,
    BGContinuedProcessingTaskRequest,
    BGTask,
    LongRunningIntent,
    NotKnownError,
    Phone,
    ResumeData,
    UnavailableError,
    UsageError,
)


async def waits(app: Application) -> None:
    await asyncio.Event().wait()


class Held:
    """A phone with an app in front, and what the app's code holds."""

    def __init__(self) -> None:
        self.phone = Phone("27")
        self.phone.open(self._main)

    async def _main(self, app: Application) -> None:
        self.app = app
        self.card = app.activities.request("Posting", push_type="token")
        self.token = await anext(aiter(self.card.push_token_updates))
        await asyncio.Event().wait()


async def yields(*_given: object):
    yield


async def never_answers(*_given: object) -> None:
    await asyncio.Event().wait()


async def takes_nothing() -> None:
    """Is no app: an app is given its `app`."""


class Long(LongRunningIntent):
    async def perform(self, app: Application) -> None:
        await asyncio.Event().wait()


LONG = Long()
WHERE = "https://upload.example/story"


class Silent(LongRunningIntent):
    def perform(self, app: Application) -> None:
        """Is no coroutine function."""


MISTAKES: dict[str, tuple[Callable[[Held], object], str]] = {
    "wait for 5 of what": (lambda it: it.phone.wait(5), "takes its arguments by name: seconds, minutes, hours, until"),
    "submit None": (lambda it: it.app.task_scheduler.submit(None), "request=None.*give a BGAppRefreshTaskRequest or"),
    "follows a text": (lambda it: it.card.follows("x"), "task='x'.*give a URLSessionTask"),
    "a text handles expiry": (
        lambda it: it.app.begin_background_task("x", "end"),
        "expiration_handler='end'.*give a function that takes no arguments or None",
    ),
    "a handler for the wrong things": (
        lambda it: it.app.task_scheduler.register("x", lambda: None),
        "give a function that takes 1 argument",
    ),
    "no identifier": (lambda it: it.app.task_scheduler.register("", waits), "identifier=''.*not empty"),
    "an identifier that is a number": (lambda it: BGAppRefreshTaskRequest(5), "identifier=5.*give a text"),
    "a title that is none": (
        lambda it: BGContinuedProcessingTaskRequest("x", title=None, subtitle=""),
        "title=None.*give a text",
    ),
    "endless waiting": (lambda it: it.phone.wait(seconds=float("inf")), "give a finite number"),
    "a time as a text": (lambda it: it.phone.wait(seconds="5"), "seconds='5'.*give a finite number"),
    "a word that there is not": (lambda it: it.phone.wait(second=5), "no argument of Phone.wait: 'second'.*seconds"),
    "an app that takes nothing": (lambda it: Phone().open(takes_nothing), "is no app. Write"),
    "an escape in a text": (lambda it: it.card.update(text="\x1b[31mred"), r"give a text without '\\x1b'"),
    "half a letter": (lambda it: it.app.activities.request("\ud83d"), r"give a text without '\\ud83d'"),
    "a push of a number": (lambda it: it.phone.apns.send(it.token, text=5), "text=5.*give a text or None"),
    "a push of other words": (lambda it: it.phone.apns.send(it.token, words="x"), "no argument.*'words'.*progress"),
    "a push to a numbered token": (lambda it: it.phone.apns.send(it.token, number=2), "Leave number out"),
    "a token that is none": (lambda it: it.phone.apns.send("x"), "never gave out the token 'x'"),
    "Allow under no card": (lambda it: it.phone.live_activities.tap_allow(7), "No card 7 waits"),
    "a size as a text": (lambda it: it.app.url_session.upload("x", size="5"), "size='5'.*give a whole number"),
    "a size that is no size": (lambda it: it.app.url_session.upload("x", size=True), "give a whole number"),
    "half a byte": (lambda it: it.app.url_session.upload("x", size=1.5), "give a whole number"),
    "a file without a name": (lambda it: it.app.background_url_session.upload("", size=5), "file=''.*not empty"),
    "an address that is none": (lambda it: it.app.url_session.upload("x", size=5, to="story"), "'story' is no address"),
    "another address that is none": (lambda it: it.app.background_url_session.download("ftp://a/b"), "is no address"),
    "a broken address": (lambda it: it.app.background_url_session.download("http://[::"), "is no address"),
    "a start before now": (
        lambda it: it.app.background_url_session.upload("x", size=5, earliest_begin=-1),
        "0 or more",
    ),
    "an intent's class": (lambda it: it.phone.intents.tap(Silent), "give an AppIntent"),
    "an intent that cannot wait": (lambda it: it.phone.intents.run(Silent()), "async def perform"),
    "a transfer of another phone": (lambda it: it.card.follows(Held().app.url_session.upload("x", size=5)), "on another phone"),
    "an intent of another phone": (lambda it: [Held().phone.intents.run(LONG), it.phone.intents.run(LONG)], "is performed already"),
    "a server under an address": (lambda it: it.phone.network.serve("https://upload.example/story"), "is no host"),
    "a server with a port": (lambda it: it.phone.network.serve("upload.example:8080"), "is no host"),
    "a question that waits": (lambda it: it.phone.wait(seconds=5, until=takes_nothing), "without async"),
    "a picture that is none": (lambda it: afterswipe.show([it.phone.lock_screen()]), "is no picture. Show phone"),
    "a rest above the whole": (lambda it: it.app.url_session.upload_with_resume_data(ResumeData("x", 5, WHERE, 9)), "of 5 bytes 9"),
    "a rest in words": (lambda it: ResumeData("x", "5", WHERE, 0), "size='5'.*give a whole number"),
    "a button without a name": (lambda it: it.phone.tap(""), "button=''.*not empty"),
    "a server of one thing": (lambda it: it.phone.network.serve("a", lambda request: None), "takes 2 arguments"),
    "a bandwidth as a text": (lambda it: setattr(it.phone.network, "uplink", "12"), "uplink.*give a finite number"),
    "a network that is set": (lambda it: setattr(it.phone.network, "connected", False), "Network.connected is read.*disconnect"),
    "a token that is set": (lambda it: setattr(it.card, "push_token", "x"), "Activity.push_token is read"),
    "a charge as a text": (lambda it: setattr(it.phone.conditions, "battery", "full"), "battery='full'.*a finite number"),
    "a switch as a text": (lambda it: setattr(it.phone.conditions, "charging", "yes"), "charging='yes'.*True or False"),
    "a kind that is set": (lambda it: setattr(it.phone.network, "kind", "wify"), "Network.kind is read.*uplink.*switch_to"),
    "a kind misspelt": (lambda it: setattr(it.phone.network, "knd", "Wi-Fi"), "no 'knd' to set. Did you mean kind"),
    "a portal that is set": (lambda it: setattr(it.phone.network, "captive_portal", 3), "is read.*enter_captive_portal"),
    "access as a text": (lambda it: setattr(it.phone.photos, "full_access", "yes"), "full_access='yes'.*True or False"),
    "uploads switched on from outside": (lambda it: setattr(it.phone.photos, "enabled", True), "is read.*full_access"),
    "an answer for a switch": (lambda it: setattr(it.phone.continued_processing, "allowed", "Stop"), "allowed='Stop'.*True or False"),
    "a condition of the phone": (lambda it: setattr(it.phone, "low_power_mode", True), "Did you mean conditions.low_power_mode"),
    "a lock that is set": (lambda it: setattr(it.phone, "lock", True), "Phone.lock is read, and not set.*lock\\(\\)"),
    "a locked phone": (lambda it: setattr(it.phone.conditions, "locked", True), "is read.*phone.lock"),
    "a handler that is none": (lambda it: setattr(BGTask(it.app.process, "x"), "expiration_handler", 5), "expiration_handler=5.*no arguments"),
    "a phone's version": (lambda it: setattr(it.phone, "ios", "26"), "Phone has no 'ios' to set"),
    "an asset twice": (lambda it: [it.phone.photos.take("a", size=5) for _ in "ab"], "an asset 'a' in the library already"),
    "no request that waits": (lambda it: it.phone.task_scheduler.obstacles("x"), "There are: none"),
    "two who watch the conditions": (lambda it: [it.phone.conditions.watch(print) for _ in "ab"], "are watched already"),
    "a version of a sort": (lambda it: Phone(None), "None is no iOS version"),
    "the latest version": (lambda it: Phone("latest"), "is no iOS version"),
    "a version above the newest": (lambda it: Phone("27.5"), "the last 27 here is 27.1"),
    "a version that never was": (lambda it: Phone(19), "There is no iOS 19 here.*18, 26, 27"),
    "a belief": (lambda it: Phone(suppose=["x"]), "no belief to suppose: 'x'. There are: "),
    "a dispute": (lambda it: Phone(disputes={"x": "report"}), "no dispute 'x'. There are: "),
    "a dispute as a list": (lambda it: Phone(disputes=["x"]), "give a dict or None"),
    "a number of no claim": (lambda it: Phone(claims={"x": 5}), "no claim with a number: 'x'"),
    "a Unix time": (lambda it: it.card.update(stale_date=1_800_000_000), "1800000000 is no moment.*begins at 0.*app.now"),
    "a Unix time for a timer": (lambda it: it.card.update(timer_text=(0, 1.8e9)), "is no moment.*app.now"),
    "a Unix time in a push": (lambda it: it.phone.live_activity_pushes.end(dismissal_date=1.8e9), "is no moment"),
    "a Unix time for a request": (lambda it: it.card.end(dismissal_policy=1.8e12), "is no moment"),
    "a Unix time for a notification": (lambda it: it.app.notifications.add("a", "b", after=1.8e9), "up to a year"),
    "a Unix time for an upload": (
        lambda it: it.app.background_url_session.upload("x", size=5, earliest_begin=1.8e9),
        "up to a year",
    ),
    "a number past all numbers": (lambda it: it.phone.wait(hours=10**400), "give a finite number"),
    "a share past all numbers": (lambda it: it.card.update(progress=10**400), "give a finite number or None"),
    "a file past all files": (lambda it: it.app.url_session.upload("x", size=10**400), "size=1000.*give a whole number"),
    "a provider that cannot wait": (lambda it: it.phone.widgets.add(lambda extension: [(0, "x")]), "async def provider"),
    "a claim's number": (lambda it: Phone(claims={"model.upload-chunk": float("nan")}), "is no number for it"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_what_to_do(mistake):
    do, words = MISTAKES[mistake]
    held = Held()
    before = held.phone.record.digest()
    with pytest.raises(UsageError, match=words) as raised:
        do(held)
    assert "\n" not in str(raised.value)
    assert held.phone.record.digest() == before
    held.phone.swipe_up()
    held.phone.wait(minutes=1)


def test_numbers_may_be_written_as_people_write_them():
    it = Held()
    assert it.app.url_session.upload("x", size=2.5 * MB).size == 2_500_000
    assert str(Phone(ios=17).rules.ios) == "17"
    assert str(Phone(ios=17.20).rules.ios) == "17.2"
    it.phone.wait(seconds=1, minutes=0.5)


@pytest.mark.parametrize(
    "entries", [None, "abc", [5], [(1,)], [("a", "b")], [(float("nan"), "x")], [(0, 5)], {0: "a"}]
)
def test_a_timeline_that_is_none_is_refused(entries: object):
    async def provider(extension: object) -> object:
        return entries

    phone = Phone()
    phone.widgets.add(provider)
    with pytest.raises(UsageError, match="returns a list of pairs"):
        phone.wait(seconds=1)


def test_an_upload_is_sent_once():
    async def twice(app: Application) -> None:
        task = app.url_session.upload("story.mov", size=MB)
        async for _ in task:
            pass
        async for _ in task:
            pass

    phone = Phone()
    phone.open(twice)
    with pytest.raises(UsageError, match=r"'story.mov' has begun already. Call upload\(\)"):
        phone.wait(minutes=1)


def test_what_a_forgotten_task_raises_is_told_at_once_and_not_when_python_tidies_up():
    async def fails() -> None:
        raise ValueError("of the app's own")

    async def main(app: Application) -> None:
        asyncio.create_task(fails())  # noqa: RUF006
        await asyncio.Event().wait()

    gc.disable()
    try:
        with pytest.raises(ValueError, match="of the app's own"):
            Phone().open(main)
    finally:
        gc.enable()


HANDLERS = {
    "expiration": lambda it, handler: it.app.begin_background_task("x", handler),
    "observer": lambda it, handler: it.app.observe(lambda _name: handler()),
    "push": lambda it, handler: it.app.pushes.did_receive_remote_notification(handler),
    "task": lambda it, handler: it.app.task_scheduler.register("x", lambda task: handler()),
}
"""Where an app's code leaves a handler."""


@pytest.mark.parametrize("where", HANDLERS)
def test_a_handler_may_be_a_coroutine_function_and_may_return_anything(where):
    ran: list[str] = []

    async def handler() -> int:
        await asyncio.sleep(0.01)
        ran.append("waited")
        return 5

    for given in (handler, lambda: ran.append("at once") or 5):
        it = Held()
        if where == "task":
            it.app.task_scheduler.register("y", lambda task: given())  # noqa: B023
            it.app.task_scheduler.submit(BGContinuedProcessingTaskRequest("y", title="x", subtitle=""))
            it.phone.wait(seconds=1)
            continue
        HANDLERS[where](it, given)
        it.phone.swipe_up()
        it.phone.wait(seconds=20)
        it.phone.pushes.silent()
        it.phone.wait(seconds=9.9)
    assert {"waited", "at once"} <= set(ran)


def test_a_handler_that_yields_and_one_with_a_thread_are_refused():
    it = Held()
    it.app.observe(yields)
    with pytest.raises(UsageError, match="yields, and nobody iterates"):
        it.phone.swipe_up()

    async def threaded(request, received):
        return await asyncio.to_thread(len, "x")

    async def fetches(app: Application) -> None:
        async with app.url_session.client() as client:
            await client.get("https://upload.example/story")

    phone = Phone()
    phone.network.serve("upload.example", threaded)
    phone.open(fetches)
    with pytest.raises(UsageError, match="no run_in_executor: no threads"):
        phone.wait(seconds=5)


def test_a_server_that_never_answers_keeps_nobody_but_its_client():
    phone = Phone()
    phone.network.serve("upload.example", never_answers)

    async def main(app: Application) -> None:
        app.background_url_session.upload("x", size=MB)
        await asyncio.Event().wait()

    phone.open(main)
    phone.swipe_up()
    phone.wait(hours=1)
    assert [transfer.outcome for transfer in phone.daemon.transfers] == [""]


def test_a_second_completion_is_not_known():
    it = Held()

    def handler(task) -> None:
        task.set_task_completed()
        task.set_task_completed()

    it.app.task_scheduler.register("x", handler)
    it.app.task_scheduler.submit(BGContinuedProcessingTaskRequest("x", title="x", subtitle=""))
    with pytest.raises(NotKnownError, match="second set_task_completed") as raised:
        it.phone.wait(seconds=1)
    assert raised.value.claim == "background-tasks.second-completion-not-documented"
    it.phone.wait(seconds=1)  # the phone goes on


def rubbish() -> Iterator[object]:
    yield from (None, "", 5, -1, float("inf"), float("nan"), [], object(), b"x", "ünï", True, 1.5, len)


def places(it: Held) -> Iterator[tuple[str, object]]:
    """Everything that a program is handed, by the name under which it gets it."""
    phone, app = it.phone, it.app
    names = "network live_activities live_activity_pushes apns pushes intents background_modes photos background_assets widgets continued_processing conditions endings"
    yield from ((name, getattr(phone, name)) for name in names.split())
    names = "activities url_session background_url_session pushes audio location bluetooth photo_library widget_center notifications task_scheduler"
    yield from ((f"app.{name}", getattr(app, name)) for name in names.split())
    yield from [("phone", phone), ("app", app), ("card", it.card)]


def handed() -> Iterator[tuple[str, object]]:
    """Everything public that can be reached from a phone, its app and what its app makes, by the names that lead there."""
    it, found = Held(), dict[int, object]()
    ways = [("phone", it.phone), ("card", it.card)]
    ways += [("upload", it.app.url_session.upload("x", size=5))]
    ways += [
        ("session", it.app.background_url_session),
        ("task", it.app.background_url_session.upload("x", size=5)),
    ]
    while ways:
        way, thing = ways.pop()
        if id(thing) in found:
            continue
        found[id(thing)] = thing
        named = [name for name in dir(thing) if not name.startswith("_")]
        parts = [(f"{way}.{name}", getattr(thing, name)) for name in named if name != "content"]
        ways += [(name, part) for name, part in parts if type(part).__module__.startswith("afterswipe.")]
        if type(thing).__name__ in afterswipe.__all__ and not isinstance(thing, Enum | tuple):
            yield way, thing


WRITTEN = {
    "Network": "downlink latency uplink",
    "Conditions": "background_app_refresh battery charging idle low_data_mode low_power_mode",
    "ContinuedProcessing": "allowed answer full",
    "Photos": "full_access",
    "BackgroundModes": "location_services",
    "BackgroundURLSession": "is_discretionary",
}
"""What a program sets, by the class. All else is read, or does not exist."""


def test_what_is_set_is_looked_at_wherever_a_program_gets():
    """A misspelt name, and every name there is with rubbish in its place."""
    silent, unclear, there = [], [], 0
    for way, thing in handed():
        there += 1
        before = dict(vars(thing)) if hasattr(thing, "__dict__") else {}
        for name in [*(name for name in dir(thing) if not name.startswith("_")), "knd", "batery"]:
            try:
                setattr(thing, name, object())
            except UsageError as refused:
                kind = type(thing).__name__
                written = name in WRITTEN.get(kind, "").split()
                words = (
                    [f"{kind}({name}=<object"]
                    if written
                    else [f"{kind}.{name} is ", f"{kind} has no {name!r}"]
                )
                unclear += [str(refused)] * (not str(refused).startswith(tuple(words)))
            else:
                silent.append(f"{way}.{name}")
        assert before.items() <= vars(thing).items()
    assert silent == unclear == []
    assert there > 35


INNER = {"ask", "stream", "send", "receive"}
"""Of the network: for the frameworks, not for a program."""


def test_nothing_from_inside_gets_out():
    """Every argument of every public method, with rubbish in its place."""
    raw = []
    for number, (place, _) in enumerate(places(Held())):
        it = Held()
        thing = list(places(it))[number][1]
        for name in dir(type(thing)):
            method = inspect.getattr_static(type(thing), name)
            if name.startswith("_") or not inspect.isfunction(method) or (place, name) == ("phone", "wait"):
                continue
            if place == "network" and name in INNER:
                continue
            asked = [
                one
                for one in inspect.signature(method).parameters.values()
                if one.name != "self" and one.kind is not one.VAR_KEYWORD
            ]
            for one in asked:
                for bad in rubbish():
                    needed = {other.name: "x" for other in asked if other.default is other.empty}
                    try:
                        made = getattr(thing, name)(**(needed | {one.name: bad}))
                        if inspect.iscoroutine(made):
                            made.close()
                    except AfterSwipeError:
                        continue
                    except Exception as failure:  # noqa: BLE001
                        raw.append(f"{place}.{name}({one.name}={bad!r}): {failure!r}")
    assert raw == []


INSIDE = {
    "crash": lambda phone: phone.endings.crash(),
    "memory": lambda phone: phone.memory_pressure(),
    "push": lambda phone: phone.pushes.silent(),
    "restart": lambda phone: phone.restart(),
}
"""What happens to an app, done by its own code while it is in the background."""


@pytest.mark.parametrize("what", INSIDE)
def test_what_happens_to_an_app_is_not_done_by_its_own_code(what):
    refused = []

    async def main(app: Application) -> None:
        app.begin_background_task("x")
        await asyncio.sleep(5)
        with pytest.raises(UsageError, match=r"Call the phone's methods outside of (it|the app's code)\."):
            INSIDE[what](phone)
        refused.append(app.state)
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(seconds=6)
    assert [state.value for state in refused] == ["background"] == [phone.app_state.value]


GONE = {
    "push handler": lambda app: app.pushes.did_receive_remote_notification(lambda: None),
    "call handler": lambda app: app.pushes.did_receive_incoming_push(lambda caller: None),
    "register": lambda app: app.task_scheduler.register("x", waits),
    "submit": lambda app: app.task_scheduler.submit(BGAppRefreshTaskRequest("x")),
    "request": lambda app: app.activities.request("x"),
    "upload": lambda app: app.background_url_session.upload("x", size=5),
    "assertion": lambda app: app.begin_background_task("x"),
    "sound": lambda app: app.audio.play(),
    "bluetooth": lambda app: app.bluetooth.wait_for_event(),
    "photos": lambda app: app.photo_library.set_upload_job_extension_enabled(True),
    "talk": lambda app: app.pushes.request_begin_transmitting(),
    "notification": lambda app: app.notifications.add("x", "y", after=1),
    "widgets": lambda app: app.widget_center.reload_all_timelines(),
}


@pytest.mark.parametrize("what", GONE)
def test_a_process_that_is_gone_does_nothing_more(what):
    it = Held()
    it.phone.force_quit()
    with pytest.raises(UsageError, match="The app is not running, so its code cannot"):
        GONE[what](it.app)


async def _texts():
    yield "a text"


class _Strange(LongRunningIntent):
    operation: object = None

    async def perform(self, app):
        if self.operation is None:
            self.report_progress("half")
        await self.perform_background_task(self.operation)


class _Deaf(LongRunningIntent):
    async def perform(self, app):
        await asyncio.sleep(60)

    def cancelled(self):
        """Takes neither the app nor the reason."""


def _tapped(intent):
    async def my_app(app):
        await asyncio.sleep(0)

    phone = Phone(27)
    phone.open(my_app)
    phone.intents.tap(intent)
    phone.wait(minutes=1)


def _strange(operation):
    intent = _Strange()
    intent.operation = operation
    return intent


@pytest.mark.parametrize(
    ("intent", "remedy"),
    [
        (_Strange(), "give a finite number"),
        (_strange(5), "a coroutine function without arguments"),
        (_Deaf(), "def cancelled"),
    ],
)
def test_an_intent_that_gives_the_wrong_thing_is_told_what_to_give(intent, remedy):
    with pytest.raises(UsageError, match=remedy):
        _tapped(intent)


@pytest.mark.parametrize("downloads", [True, False])
def test_a_server_whose_body_is_text_is_told_to_yield_bytes(downloads):
    async def my_app(app):
        if downloads:
            app.background_url_session.download("https://media.example/a")
        else:
            async with app.url_session.client() as client:
                await client.get("https://media.example/a")

    phone = Phone(26)
    phone.network.serve("media.example", lambda _asked, _received: httpx.Response(200, content=_texts()))
    phone.open(my_app)
    with pytest.raises(UsageError, match="is bytes"):
        phone.wait(minutes=1)


def test_what_is_left_out_of_a_call_is_named():
    tokens = []

    async def my_app(app):
        tokens.append(app.activities.push_to_start_token)

    phone = Phone(26)
    phone.open(my_app)
    with pytest.raises(UsageError, match="lacks title"):
        phone.apns.send(tokens[0], event="start", alert="Story")


def test_who_lets_time_pass_in_until_does_not_turn_it_back():
    phone = Phone(26)
    phone.wait(seconds=5, until=lambda: phone.wait(seconds=10))
    assert phone.clock.now == 10 * SECOND


def test_an_update_that_is_refused_changes_no_relevance():
    async def my_app(app):
        card = app.activities.request("Story", relevance_score=1.0)
        card.update(text="x" * 5000, relevance_score=9.0)  # dropped: Apple's call raises nothing

    phone = Phone(26)
    phone.open(my_app)
    phone.wait(seconds=1)
    assert [card.content.relevance_score for card in phone.cards] == [1.0]


@pytest.mark.parametrize(
    ("ios", "switch"),
    [
        ("17.1", lambda cards: cards.rotate_push_to_start_token()),
    ],
)
def test_a_switch_that_this_ios_does_not_have_is_no_switch(ios, switch):
    with pytest.raises(UnavailableError):
        switch(Phone(ios).live_activities)


def test_sessions_of_one_identifier_are_one_whichever_way_they_are_asked_for():
    asked = []

    async def my_app(app):
        photos = app.background_url_session.with_identifier("photos")
        asked.extend([photos, photos.with_identifier("photos")])

    phone = Phone(26)
    phone.open(my_app)
    assert asked[0] is asked[1]


def test_location_updates_reach_every_loop_and_stop_in_the_midst_of_one():
    heard = []

    async def my_app(app):
        async def listen(name, count):
            async for _ in app.location.live_updates():
                heard.append(name)
                if heard.count(name) == count:
                    app.location.stop()

        await asyncio.gather(listen("first", 9), listen("second", 3))

    phone = Phone(26)
    phone.open(my_app)
    phone.wait(seconds=30)
    assert sorted(heard) == ["first"] * 3 + ["second"] * 3


def test_no_event_of_a_place_wakes_an_app_that_may_not_know_where_it_is():
    async def my_app(app):
        app.location.start_monitoring_significant_location_changes()

    phone = Phone(26)
    phone.open(my_app)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.background_modes.location_services = False
    assert not phone.background_modes.location_event()
    phone.background_modes.location_services = True
    assert phone.background_modes.location_event()
