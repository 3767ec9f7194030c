"""The rules of URLSession and nsurlsessiond, taken back."""

from afterswipe.app import Application
from afterswipe.frameworks.urlsession.background import BackgroundURLSession
from afterswipe.frameworks.urlsession.system import BackgroundTransfer, RateLimiter, TransferDaemon
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import State

from . import Patch, answered_no, plant

FIRST = 37_000


@plant("url-session.default-stops-with-the-app")
def the_system_moves_the_bytes_of_a_default_session(patch: Patch) -> None:
    made = Application.url_session

    def planted(app: Application):
        session = made.__get__(app, Application)
        vars(session)["upload"] = app.background_url_session.upload
        return session

    patch.setattr(Application, "url_session", property(planted))


@plant("background-urlsession.scheduling-hints")
def a_hint_is_not_heard(patch: Patch) -> None:
    upload = BackgroundURLSession.upload

    def planted(session, file: str, *, earliest_begin: float = 0, **others):
        return upload(session, file, **others)

    patch.setattr(BackgroundURLSession, "upload", planted)


# What holds a transfer.


def _not_held_by(patch: Patch, part: str) -> None:
    held_by = TransferDaemon._held_by

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer) -> str:
        reason = held_by(daemon, transfer)
        return "" if part in reason else reason

    patch.setattr(TransferDaemon, "_held_by", planted)


@plant("background-urlsession.file-must-be-readable-while-locked")
def every_file_can_be_read(patch: Patch) -> None:
    _not_held_by(patch, "its file cannot be read")


@plant("system-conditions.user-switches", "model.low-data-mode-holds-discretionary")
def low_data_mode_holds_nothing(patch: Patch) -> None:
    _not_held_by(patch, "Low Data Mode")


@plant("system-conditions.low-power-mode")
def low_power_mode_pauses_nothing(patch: Patch) -> None:
    _not_held_by(patch, "Low Power Mode")
    answered_no("system-conditions.low-power-mode")(patch)


@plant("background-urlsession.discretionary-may-wait")
def nothing_waits_for_a_better_moment(patch: Patch) -> None:
    _not_held_by(patch, "no Wi-Fi and no power")


@plant("model.discretionary-waits-for-wifi-or-power")
def wifi_alone_is_not_enough(patch: Patch) -> None:
    waits_for = TransferDaemon._discretionary_waits_for

    def planted(daemon: TransferDaemon) -> str:
        both = daemon._network.kind == "Wi-Fi" and daemon._conditions.charging
        return waits_for(daemon) or ("" if both else "it is discretionary")

    patch.setattr(TransferDaemon, "_discretionary_waits_for", planted)


@plant("background-urlsession.background-start-is-discretionary")
def a_start_in_the_background_is_like_any_other(patch: Patch) -> None:
    patch.setattr(TransferDaemon, "_wait_in_background", lambda daemon, _: daemon.rate_limiter.wait())


@plant("background-urlsession.enqueue-all-chunks-up-front")
def each_of_them_waits_like_a_task_of_a_chain(patch: Patch) -> None:
    add = TransferDaemon.add

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer, *, from_background: bool) -> None:
        if not from_background:
            wait = FIRST * (2 ** sum(other.session == transfer.session for other in daemon._open) - 1)
            transfer.not_before = max(transfer.not_before, daemon._clock.now + wait)
        add(daemon, transfer, from_background=from_background)

    patch.setattr(TransferDaemon, "add", planted)


@plant("background-urlsession.waits-for-connectivity")
def without_a_network_a_transfer_fails(patch: Patch) -> None:
    held_by = TransferDaemon._held_by

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer) -> str:
        if not daemon._network.connected and daemon._clock.now >= transfer.not_before:
            daemon._fail(transfer, "notConnectedToInternet")
            return "it has failed"
        return held_by(daemon, transfer)

    patch.setattr(TransferDaemon, "_held_by", planted)


@plant("background-urlsession.retries-by-itself")
def a_transfer_that_was_cut_has_failed(patch: Patch) -> None:
    patch.setattr(
        TransferDaemon, "_lost", lambda daemon, transfer: daemon._fail(transfer, "networkConnectionLost")
    )


@plant("model.retry-starts-over")
def a_retry_goes_on(patch: Patch) -> None:
    move = TransferDaemon._move

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer, sent: int) -> None:
        if sent or not transfer.sent:
            move(daemon, transfer, sent)

    patch.setattr(TransferDaemon, "_move", planted)


# What becomes of a transfer with its process.


def _cancels_when(patch: Patch, state: State, why: str) -> None:
    """All transfers are cancelled when the app's process enters a state."""
    name = "_process_ended" if state is State.NOT_RUNNING else "_process_changed"
    hear = getattr(TransferDaemon, name)

    def planted(daemon: TransferDaemon, change) -> None:
        hear(daemon, change)
        if change.after is state:
            daemon.cancel_all(why, "")

    patch.setattr(TransferDaemon, name, planted)


@plant("background-urlsession.survives-system-termination")
def transfers_end_with_their_process(patch: Patch) -> None:
    _cancels_when(patch, State.NOT_RUNNING, "the app was terminated")


@plant("background-urlsession.another-process-moves-the-bytes")
def transfers_end_with_their_app_s_run_time(patch: Patch) -> None:
    _cancels_when(patch, State.SUSPENDED, "the app was suspended")


@plant("background-urlsession.uploads-from-a-file")
def an_upload_from_memory_goes_on(patch: Patch) -> None:
    patch.setattr(TransferDaemon, "_fail_what_is_not_a_file", lambda _: None)


@plant("background-urlsession.no-progress-while-suspended")
def a_suspended_app_is_woken_for_progress(patch: Patch) -> None:
    move = TransferDaemon._move

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer, sent: int) -> None:
        move(daemon, transfer, sent)
        if not daemon._host.state.runs:
            daemon._wake(transfer.session)

    patch.setattr(TransferDaemon, "_move", planted)


@plant("background-urlsession.wakes-the-app-when-all-is-done")
def nobody_is_woken(patch: Patch) -> None:
    patch.setattr(TransferDaemon, "_wake", lambda *_: None)


@plant("background-urlsession.stored-handler-must-be-called")
def the_handler_calls_itself(patch: Patch) -> None:
    wake = Host.wake

    def planted(host: Host, reason: str, *others) -> bool:
        woken = wake(host, reason, *others)
        if woken and reason.startswith("background URLSession") and host.process:
            host.process.complete_wake()
        return woken

    patch.setattr(Host, "wake", planted)


def wakes_after_a_force_quit(patch: Patch, reasons: str) -> None:
    """The app is launched for these reasons though the person force quit it."""
    wake = Host.wake

    def planted(host: Host, reason: str, *others) -> bool:
        if reason.startswith(reasons):
            host.was_force_quit = False
        return wake(host, reason, *others)

    patch.setattr(Host, "wake", planted)


@plant("force-quit.no-background-launch", "force-quit.no-relaunch-for-transfers")
def a_force_quit_app_is_launched(patch: Patch) -> None:
    wakes_after_a_force_quit(patch, "background URLSession")


# The rate limiter.


@plant(
    "background-urlsession.each-resume-adds-a-delay",
    "background-urlsession.chunks-one-by-one-is-the-worst-case",
)
def a_chain_waits_the_same_minute_each_time(patch: Patch) -> None:
    patch.setattr(RateLimiter, "_grown", lambda _: 60_000)


@plant("background-urlsession.rate-limiter-doubles")
def the_delay_stays(patch: Patch) -> None:
    grown = RateLimiter._grown
    patch.setattr(RateLimiter, "_grown", lambda limiter: limiter.delay or grown(limiter))


@plant("model.rate-limiter-rest")
def rest_does_not_help(patch: Patch) -> None:
    patch.setattr(RateLimiter, "idle", lambda _: None)


@plant("background-urlsession.delay-resets-in-front")
def the_front_does_not_help(patch: Patch) -> None:
    patch.setattr(RateLimiter, "in_front", lambda _: None)


@plant("background-urlsession.status-is-no-error")
def a_bad_status_is_an_error(patch: Patch) -> None:
    ends = TransferDaemon._ends

    def planted(daemon: TransferDaemon, transfer: BackgroundTransfer, response) -> None:
        transfer.response = response
        daemon._fail(transfer, "badServerResponse") if response.is_error else ends(daemon, transfer, response)

    patch.setattr(TransferDaemon, "_ends", planted)
