"""Extensions: a process of their own. What each kind can do, and that the app does not run for it."""

import asyncio

import httpx
import pytest

from afterswipe import (
    MB,
    APIError,
    NeverYieldsError,
    NotKnownError,
    Phone,
    ProcessChanged,
    State,
    UnavailableError,
    UsageError,
)
from afterswipe.frameworks.photos.system import FORMS

from . import invariants
from .apps import ticking

FIRST, SECOND = FORMS


async def quiet(app):
    await asyncio.sleep(10**6)


def left(app=quiet, ios: str = "18", then: float = 60) -> Phone:
    """A phone whose app was opened and left, `then` seconds ago."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.swipe_up()
    phone.wait(seconds=then)
    return phone


# The process of an extension, shown with the notification service extension.


def test_an_extension_runs_while_the_app_stays_suspended():
    ran: list[int] = []
    extension_ran: list[float] = []

    async def did_receive(extension):
        for _ in range(10):
            await asyncio.sleep(1)
            extension_ran.append(extension.now)

    phone = left(ticking(ran))
    count = len(ran)
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("Hello", mutable_content=True)
    phone.wait(minutes=1)
    assert extension_ran == [float(second) for second in range(61, 71)]
    assert len(ran) == count
    assert phone.app_state is State.SUSPENDED
    invariants.every(phone, ran)


def test_the_app_and_its_extension_do_not_move_time_past_each_other():
    order: list[tuple[float, str]] = []

    async def app_main(app):
        while True:
            await asyncio.sleep(0.7)
            order.append((app.now, "app"))

    async def did_receive(extension):
        while True:
            await asyncio.sleep(1)
            order.append((extension.now, "extension"))

    phone = Phone()
    phone.pushes.install_service_extension(did_receive)
    phone.open(app_main)
    phone.pushes.alert("Hello", mutable_content=True)
    phone.wait(seconds=20)
    assert order == sorted(order, key=lambda entry: entry[0])
    assert {who for _, who in order} == {"app", "extension"}


def test_the_end_of_the_app_does_not_end_its_extension():
    done: list[float] = []

    async def did_receive(extension):
        await asyncio.sleep(10)
        done.append(extension.now)

    phone = left()
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("Hello", mutable_content=True)
    phone.memory_pressure()
    phone.wait(seconds=20)
    assert done == [70.0]
    assert [entry.change for entry in phone.record.of(ProcessChanged)] == ["started", "done"]


def test_an_extension_uses_the_network_by_itself():
    seen = []

    async def did_receive(extension):
        async with extension.client() as client:
            seen.append((await client.get("https://media.example/a.jpg")).text)

    phone = left()
    phone.network.serve("media.example", lambda request, received: httpx.Response(200, text="a picture"))
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("Hello", mutable_content=True)
    phone.wait(seconds=2)
    assert seen == ["a picture"]


def test_an_extensions_error_and_its_endless_loop_reach_the_script():
    async def broken(_extension):
        raise KeyError("mine")

    async def endless(_extension):
        while True:
            await asyncio.sleep(0)

    for code, error in ((broken, KeyError), (endless, NeverYieldsError)):
        phone = left()
        phone.pushes.install_service_extension(code)
        with pytest.raises(error):
            phone.pushes.alert("Hello", mutable_content=True)


# The notification service extension.


def test_it_changes_the_text_and_only_once():
    async def did_receive(extension):
        extension.content_handler(extension.text.upper())
        extension.content_handler("again")

    phone = left()
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("hello", mutable_content=True)
    phone.wait(seconds=1)
    assert phone.pushes.notifications == ["HELLO"]


def test_it_is_not_started_without_mutable_content():
    async def did_receive(extension):
        extension.content_handler("changed")

    phone = left()
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("hello")
    phone.wait(seconds=1)
    assert phone.pushes.notifications == ["hello"]


def test_the_last_chance_comes_once_and_then_the_process_ends():
    told: list[float] = []

    async def did_receive(extension):
        extension.service_extension_time_will_expire = lambda: told.append(extension.now)
        await asyncio.sleep(10**6)

    phone = left()
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("hello", mutable_content=True)
    phone.wait(seconds=29)
    assert phone.pushes.notifications == []
    phone.wait(minutes=2)
    assert told == [90.0]
    assert phone.pushes.notifications == ["hello"]  # as it came
    assert phone.record.of(ProcessChanged)[-1].change == "ended: its time was up"


def test_it_after_a_force_quit_is_not_known():
    phone = left()
    phone.pushes.install_service_extension(quiet)
    phone.force_quit()
    with pytest.raises(NotKnownError, match="notification service extension"):
        phone.pushes.alert("hello", mutable_content=True)


def test_before_ios_10_there_is_none():
    with pytest.raises(UnavailableError, match="10"):
        Phone(ios="9").pushes.install_service_extension(quiet)


# The Photos upload extension.


async def enables(app):
    app.photo_library.set_upload_job_extension_enabled(True)


async def all_new(extension):
    for name in extension.new_assets():
        extension.create_job(name)


def test_the_system_uploads_what_is_in_the_library():
    phone = left(enables, ios="26.1")
    phone.photos.install_extension(all_new)
    phone.photos.take("IMG_0001.MOV", size=60 * MB)
    assert phone.photos.call_extension()
    phone.wait(seconds=1)
    phone.memory_pressure()
    phone.wait(minutes=1)
    (transfer,) = phone.truth().transfers
    assert (transfer.sent, transfer.outcome) == (60 * MB, "done")
    assert phone.app_state is State.NOT_RUNNING
    assert phone.photos.call_extension()
    phone.wait(minutes=1)
    assert phone.photos.jobs == {"IMG_0001.MOV": 60 * MB}  # no second job


def test_it_waits_for_a_network():
    phone = left(enables, ios="26.1")
    phone.photos.install_extension(all_new)
    phone.photos.take("IMG_0001.MOV", size=6 * MB)
    phone.network.disconnect()
    phone.photos.call_extension()
    phone.wait(minutes=5)
    assert phone.photos.jobs == {"IMG_0001.MOV": 0}
    phone.network.connect()
    phone.wait(minutes=1)
    assert phone.photos.jobs == {"IMG_0001.MOV": 6 * MB}


@pytest.mark.parametrize("code", ["story.mov", "IMG_0001.MOV"])
def test_what_is_no_asset_and_what_has_a_job_is_refused(code):
    async def twice(extension):
        extension.create_job(code)
        extension.create_job(code)

    phone = left(enables, ios="26.1")
    phone.photos.install_extension(twice)
    phone.photos.take("IMG_0001.MOV", size=6 * MB)
    phone.photos.call_extension()
    with pytest.raises(APIError if code == "story.mov" else UsageError):
        phone.wait(seconds=1)


def test_without_full_access_it_cannot_be_enabled():
    phone = Phone(ios="26.1")
    phone.photos.full_access = False
    with pytest.raises(APIError, match="full photo library"):
        phone.open(enables)


def test_an_app_that_did_not_enable_it_is_not_called():
    phone = left(quiet, ios="26.1")
    phone.photos.install_extension(all_new)
    assert not phone.photos.call_extension()


@pytest.mark.parametrize(
    ("ios", "form", "result"),
    [("26.1", FIRST, "installed"), ("27", FIRST, "deprecated"), ("27", SECOND, "installed")],
)
def test_its_two_forms(ios, form, result):
    assert result in Phone(ios=ios).photos.install_extension(all_new, form)


@pytest.mark.parametrize(("ios", "form"), [("26", FIRST), ("26.4", SECOND)])
def test_versions_that_have_not_the_form(ios, form):
    with pytest.raises(UnavailableError, match=form):
        Phone(ios=ios).photos.install_extension(all_new, form)


def test_mistakes_with_photos():
    with pytest.raises(UsageError, match="There are: PH"):
        Phone(ios="27").photos.install_extension(all_new, "PHSomething")
    with pytest.raises(UsageError, match="size"):
        Phone(ios="27").photos.take("a", size=0)
    phone = left(enables, ios="26.1")
    phone.photos.install_extension(all_new)
    phone.force_quit()
    with pytest.raises(NotKnownError, match="Photos"):
        phone.photos.call_extension()


# Background Assets.


async def one_pack(extension):
    extension.schedule_download(f"pack for {extension.reason}", size=3 * MB)


def test_assets_are_there_before_the_app_was_ever_opened():
    phone = Phone()
    phone.background_assets.install_extension(one_pack)
    assert phone.background_assets.run("install")
    phone.wait(minutes=1)
    assert phone.background_assets.downloaded == ["pack for install"]
    assert phone.app is None


def test_not_after_a_force_quit_until_the_next_launch():
    phone = left()
    phone.background_assets.install_extension(one_pack)
    phone.force_quit()
    assert not phone.background_assets.run("update")
    with pytest.raises(NotKnownError, match="'periodic' after a force quit") as raised:
        phone.background_assets.run("periodic")
    assert raised.value.claim == "force-quit.stops-background-assets"
    phone.open()
    assert phone.background_assets.run("update")


def test_it_uploads_nothing():
    async def upload(extension):
        extension.schedule_upload("story.mov")

    phone = left()
    phone.background_assets.install_extension(upload)
    phone.background_assets.run("periodic")
    with pytest.raises(APIError, match="only downloads"):
        phone.wait(seconds=1)


def test_mistakes_with_assets():
    async def nothing(extension):
        extension.schedule_download("a", size=0)

    with pytest.raises(UnavailableError, match="16"):
        Phone(ios="15").background_assets.install_extension(one_pack)
    phone = left()
    assert not phone.background_assets.run("install")
    phone.background_assets.install_extension(nothing)
    with pytest.raises(UsageError, match="install, update, periodic"):
        phone.background_assets.run("whim")
    phone.background_assets.run("install")
    with pytest.raises(UsageError, match="size"):
        phone.wait(seconds=1)


# Widgets.


async def three(widget):
    return [(widget.now + 10 * step, f"step {step}") for step in range(3)]


def test_a_widget_shows_its_archived_entries_with_no_code_running():
    phone = Phone()
    widget = phone.widgets.add(three)
    phone.wait(seconds=1)
    shown = []
    for _ in range(4):
        shown.append(phone.widgets.shows(widget))
        phone.wait(seconds=10)
    assert shown == ["step 0", "step 1", "step 2", "step 2"]
    assert widget.reloads == 1
    assert phone.extensions.running == []


def test_reloads_are_budgeted_and_do_not_wake_the_app():
    ran: list[int] = []
    phone = left(ticking(ran))
    count = len(ran)
    widget = phone.widgets.add(three)
    for _ in range(200):
        phone.widgets.reload_all()
        phone.wait(seconds=10)
    assert widget.reloads == 1 + 70
    phone.wait(hours=24)
    assert widget.reloads == 1 + 70 + 1
    assert len(ran) == count


def reloading(times: int, *, audio: bool = False):
    async def app_main(app):
        if audio:
            app.audio.play()
        else:
            app.begin_background_task("reload")
        for _ in range(times):
            await asyncio.sleep(0.2)
            app.widget_center.reload_all_timelines()
        await asyncio.sleep(10**6)

    return app_main


@pytest.mark.parametrize(
    ("in_front", "audio", "made"), [(True, False, 100), (False, True, 100), (False, False, 70)]
)
def test_what_counts(in_front, audio, made):
    phone = Phone()
    widget = phone.widgets.add(three)
    phone.open(reloading(100, audio=audio))
    if not in_front:
        phone.swipe_up()
    phone.wait(seconds=25)
    assert widget.reloads == 1 + made


def test_mistakes_with_widgets():
    async def unsorted(widget):
        return [(widget.now + 1, "b"), (widget.now, "a")]

    with pytest.raises(UnavailableError, match="14"):
        Phone(ios="13").widgets.add(three)
    phone = Phone()
    phone.widgets.add(unsorted)
    with pytest.raises(UsageError, match="Sort"):
        phone.wait(seconds=1)
    phone = left()
    phone.widgets.add(three)
    phone.wait(seconds=1)
    phone.force_quit()
    with pytest.raises(NotKnownError, match="widget"):
        phone.widgets.reload_all()


def test_a_widget_that_has_no_timeline_yet_shows_nothing():
    phone = Phone()
    assert phone.widgets.shows(phone.widgets.add(three)) == ""


def test_a_restart_ends_the_extensions():
    ran: list[float] = []

    async def did_receive(extension):
        while True:
            await asyncio.sleep(1)
            ran.append(extension.now)

    phone = left()
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("hello", mutable_content=True)
    phone.wait(seconds=5)
    phone.restart()
    phone.wait(minutes=1)
    assert max(ran) <= 65
    assert phone.extensions.running == []
    assert phone.pushes.notifications == []
