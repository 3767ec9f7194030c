"""Callbacks run in the state that they name, and leaving passes through inactive."""

import asyncio

import pytest

from afterswipe import ActivityAuthorizationError, Application, Phone, SceneState, State
from afterswipe.kernel.life_cycle import stages


def seen_by(ios: str = "18"):
    seen: dict[str, tuple[State, SceneState]] = {}

    async def main(app: Application) -> None:
        app.observe(lambda told: seen.__setitem__(told, (app.state, app.process.scene_state)))

    return seen, main


def test_each_callback_runs_in_the_state_that_it_names():
    seen, main = seen_by()
    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(minutes=1)
    assert phone.app_state is phone.app.state is State.SUSPENDED
    phone.open()
    assert seen == {
        "didFinishLaunching": (State.BACKGROUND, SceneState.UNATTACHED),
        "sceneDidBecomeActive": (State.ACTIVE, SceneState.FOREGROUND_ACTIVE),
        "sceneWillResignActive": (State.ACTIVE, SceneState.FOREGROUND_ACTIVE),
        "sceneDidEnterBackground": (State.BACKGROUND, SceneState.BACKGROUND),
        "sceneWillEnterForeground": (State.BACKGROUND, SceneState.BACKGROUND),
    }
    assert phone.app.state is State.ACTIVE


@pytest.mark.parametrize(
    ("ios", "state", "told"),
    [
        ("18", State.BACKGROUND, ["didFinishLaunching", "sceneWillEnterForeground", "sceneDidBecomeActive"]),
        ("12", State.INACTIVE, ["didFinishLaunching", "applicationDidBecomeActive"]),
    ],
)
def test_an_app_with_scenes_is_launched_in_the_background_state_and_one_without_inactive(ios, state, told):
    heard, at_launch = [], []

    async def main(app: Application) -> None:
        at_launch.append((app.state, app.process.scene_state))
        app.observe(heard.append)

    phone = Phone(ios)
    phone.open(main)
    assert at_launch == [(state, SceneState.UNATTACHED)]
    assert heard == told
    assert phone.app.state is State.ACTIVE
    assert phone.app.process.scene_state is SceneState.FOREGROUND_ACTIVE


def test_an_app_that_is_launched_in_the_background_is_in_the_background_at_once():
    seen = []

    async def main(app: Application) -> None:
        app.observe(lambda told: seen.append((told, app.state)))

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.terminate("memory was needed")
    seen.clear()
    phone.pushes.silent()
    assert seen == [("didFinishLaunching", State.BACKGROUND)]
    phone.open()
    assert [told for told, _ in seen[1:]] == ["sceneWillEnterForeground", "sceneDidBecomeActive"]


def test_by_the_names_of_the_time_before_scenes_too():
    seen, main = seen_by(ios="12")
    phone = Phone("12")
    phone.open(main)
    phone.lock()
    phone.wait(minutes=1)
    phone.unlock()
    states = {told.removeprefix("application"): state for told, (state, _) in seen.items()}
    assert states["WillResignActive"] is states["DidBecomeActive"] is State.ACTIVE
    assert states["DidEnterBackground"] is states["WillEnterForeground"] is State.BACKGROUND


@pytest.mark.parametrize("leave", [Phone.swipe_up, Phone.lock])
def test_leaving_passes_through_inactive(leave):
    between = []

    async def main(app: Application) -> None:
        seen_before = app.process._see
        app.process._see = lambda state: (between.append(state), seen_before(state))

    phone = Phone()
    phone.open(main)
    between.clear()
    leave(phone)
    assert between == [State.ACTIVE, State.INACTIVE, State.BACKGROUND, State.BACKGROUND]


def test_the_app_switcher_is_announced_while_the_app_is_still_active():
    seen, main = seen_by()
    phone = Phone()
    phone.open(main)
    phone.open_app_switcher()
    assert seen["sceneWillResignActive"][0] is State.ACTIVE
    assert phone.app.state is State.INACTIVE
    assert phone.app.scene_state is SceneState.FOREGROUND_INACTIVE


def test_a_card_starts_when_the_app_resigns_and_not_when_it_will_enter_the_foreground():
    outcome = {}

    async def main(app: Application) -> None:
        def told(callback: str) -> None:
            try:
                app.activities.request(callback)
                outcome[callback] = "started"
            except ActivityAuthorizationError as error:
                outcome[callback] = error.reason

        app.observe(told)

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.open()
    assert outcome == {
        "didFinishLaunching": "started",
        "sceneDidBecomeActive": "started",
        "sceneWillResignActive": "started",
        "sceneDidEnterBackground": "visibility",
        "sceneWillEnterForeground": "visibility",
    }


def test_a_busy_main_thread_hears_late_and_sees_late():
    """The system's state changes at once; the app's own is what its callbacks told it."""
    seen = []

    async def main(app: Application) -> None:
        app.observe(lambda told: seen.append((app.now, told, app.state)))
        await asyncio.sleep(1)
        await app.block_main_thread(3)

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=2)
    phone.swipe_up()
    assert (phone.app_state, phone.app.state) == (State.BACKGROUND, State.ACTIVE)
    phone.wait(seconds=3)
    assert seen[-2:] == [
        (4.0, "sceneWillResignActive", State.ACTIVE),
        (4.0, "sceneDidEnterBackground", State.BACKGROUND),
    ]


def test_a_callback_that_names_no_state_changes_none():
    assert stages("didFinishLaunching") == stages("applicationWillTerminate") == (None, None)


# A force quit.


def quit_of(prepare, *, told=None):
    heard = []

    async def main(app: Application) -> None:
        app.observe(lambda name: heard.append((app.now, name, app.state)))
        app.observe(lambda name: app.block_main_thread(BUSY[0]) if BUSY and "Terminate" in name else None)

    phone = Phone()
    phone.open(main)
    prepare(phone)
    heard.clear()
    phone.force_quit(**({} if told is None else {"told": told}))
    return phone, heard


BUSY: list[float] = []


def test_a_running_app_is_told_of_a_force_quit_and_ends_at_once():
    phone, heard = quit_of(lambda phone: phone.open_app_switcher())
    assert heard == [(0.0, "applicationWillTerminate", State.INACTIVE)]
    assert phone.app_state is State.NOT_RUNNING
    assert phone.host.was_force_quit
    assert phone.endings.last.cause.value == "force quit"
    assert "life-cycle.running-app-may-be-told-of-force-quit" in phone.rules.used


def test_one_that_runs_in_the_background_is_told_too():
    def play(phone: Phone) -> None:
        phone.app.audio.play()
        phone.swipe_up()
        phone.wait(minutes=10)

    _, heard = quit_of(play)
    assert heard == [(600.0, "applicationWillTerminate", State.BACKGROUND)]


def test_the_other_case_is_that_it_is_not_told():
    phone, heard = quit_of(lambda phone: phone.open_app_switcher(), told=False)
    assert heard == []
    assert phone.app_state is State.NOT_RUNNING


def test_a_suspended_app_never_hears_of_it():
    for told in (None, True, False):
        phone, heard = quit_of(lambda phone: (phone.swipe_up(), phone.wait(minutes=1)), told=told)
        assert heard == []
        assert phone.app_state is State.NOT_RUNNING


@pytest.mark.parametrize(("busy", "ends"), [(3.0, 3.0), (9.0, 5.0)])
def test_what_it_does_then_has_little_time(busy, ends):
    BUSY[:] = [busy]
    phone, _ = quit_of(lambda phone: phone.open_app_switcher())
    BUSY.clear()
    phone.wait(seconds=20)
    assert phone.app_state is State.NOT_RUNNING
    assert (phone.endings.last.at / 1000, len(list(phone.endings))) == (ends, 1)


def test_an_app_that_is_opened_while_it_is_still_told_ends_first():
    BUSY[:] = [3.0]
    phone, _ = quit_of(lambda phone: phone.open_app_switcher())
    BUSY.clear()
    phone.wait(seconds=1)
    assert phone.app_state is State.INACTIVE
    phone.open()
    phone.wait(seconds=20)
    assert [end.at for end in phone.endings] == [1000]
    assert phone.app_state is State.ACTIVE
