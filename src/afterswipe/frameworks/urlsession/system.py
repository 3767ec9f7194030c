"""nsurlsessiond: the system's process that moves a background session's bytes, whatever becomes of the app.

One rule decides everything here: `_held_by` says what keeps a transfer from moving, and whatever changes
(time, network, a condition of the device, the lock, another's end) makes it look again. Transfers of a
session move in the order of their start, a few at a time (claim model.transfers-at-once), and share the link.

Discretionary transfers move when the system finds the moment right. Apple documents that Low Power Mode
pauses them and that the system may wait for Wi-Fi or power. How long, and for which of the two, is the
system's own decision; the model's choice is in the claims `model.discretionary-...`.

The resume rate limiter is why a chain of small uploads comes to a stop. Apple's account of it is an
engineer's post of 2015 (claim background-urlsession.rate-limiter-doubles): the daemon keeps a delay for each
app, doubles it whenever it resumes the app, and a task that the app creates in the background does not start
until the delay has expired. The first delay is one developer's log (claim
background-urlsession.rate-limiter-first-delays). How current systems behave is not known (claim
background-urlsession.rate-limiter-on-current-ios).

Not modelled: authentication challenges, that a body is sent again after a 307 or 308, resuming a cut download
(it starts over), the reported low throughput of background sessions, thousands of tasks, other apps.
"""

import random
from dataclasses import dataclass, field

import httpx

from afterswipe.claims.rules import Rules
from afterswipe.device.conditions import Conditions
from afterswipe.device.network import Network, address, requested
from afterswipe.errors import URLError
from afterswipe.kernel import Action, AppChange, Checked, Clock, Due, Event, Host, Phase, State
from afterswipe.kernel.record import TransferEnded, TransferMoved, TransferWaits


@dataclass
class BackgroundTransfer:
    """One upload or download in the daemon's hands. `outcome` is empty, then `done` or what went wrong.

    `sent` and `size` are bytes; a download's size is 0 until the server has answered. `not_before` is
    milliseconds; `waits` is what the record was told; `readable_while_locked` is about its file.
    """

    name: str
    size: int
    session: str = ""
    url: str = "https://upload.example/story"
    discretionary: bool = False
    from_file: bool = True
    down: bool = False
    readable_while_locked: bool = True
    not_before: int = 0
    number: int = 0
    sent: int = 0
    waits: str = ""
    outcome: str = ""
    error: URLError | None = None
    cancellation_reason: str | None = None
    response: httpx.Response | None = None
    moved_by: tuple[str, int, str] = ("", 0, "")
    listeners: dict[Action, None] = field(default_factory=dict)


def answered_early(response: httpx.Response) -> str:
    """What became of an upload that got a good answer before its bytes had reached a server."""
    kind = response.headers.get("content-type", "").split(";")[0] or "no type"
    return f"answered with {response.status_code} {kind}"


class TransferDaemon(Checked):
    """The system's process that moves the bytes of background sessions: `phone.daemon`."""

    def __init__(self, host: Host, network: Network, conditions: Conditions, rng: random.Random) -> None:
        self._host = host
        self._clock, self._rules, self._record = host.clock, host.rules, host.record
        self._network, self._conditions = network, conditions
        self._rng = rng
        self._open: list[BackgroundTransfer] = []
        self._moving: dict[int, Due] = {}
        self._timeouts: dict[int, Due] = {}
        self.rate_limiter = RateLimiter(host.clock, host.rules)
        """The delay that the app has built up."""
        self.transfers: list[BackgroundTransfer] = []
        """All transfers, finished ones included, in the order of their start."""
        network.changes.on(Phase.TRANSFERS, self._network_changed)
        conditions.watch(self._condition_changed, Phase.TRANSFERS_HELD)
        host.in_doubt.append(("background-urlsession.restart", lambda: [moved.name for moved in self._open]))
        host.phases.on(Phase.TRANSFERS_OF_SUSPENDED, self._process_changed)
        host.phases.on(Phase.TRANSFERS_OF_ENDED, self._process_ended)
        host.phases.on(Phase.FORCE_QUIT, self._force_quit)

    def add(self, transfer: BackgroundTransfer, *, from_background: bool) -> None:
        """Take over a transfer. One that is started in the background is discretionary and waits."""
        address(transfer.url)
        if not from_background and any(other.session == transfer.session for other in self._open):
            self._rules.cite("background-urlsession.enqueue-all-chunks-up-front")
        self._open.append(transfer)
        self.transfers.append(transfer)
        transfer.number = len(self.transfers)
        transfer.moved_by = "nsurlsessiond", transfer.number, transfer.name
        wait = self._wait_in_background(transfer) if from_background else 0  # in front none, however many
        transfer.not_before = max(transfer.not_before, self._clock.now + wait)
        self.rate_limiter.busy()
        timeout = self._rules.milliseconds("background-urlsession.resource-timeout")
        self._timeouts[transfer.number] = self._clock.after(timeout, lambda: self._fail(transfer, "timedOut"))
        self._move(transfer, 0)
        self._say_what_holds(transfer)
        self._clock.at(transfer.not_before, self._look)

    def cancel(self, transfer: BackgroundTransfer) -> None:
        """The app cancels one of its transfers."""
        self._fail(transfer, "cancelled", "the app cancelled it")

    def cancel_all(self, why: str, reason: str = "userForceQuitApplication") -> None:
        """Cancel everything. `reason` is Apple's name for it, which the app learns when it runs again."""
        dated = reason and self._rules.holds("background-urlsession.cancellation-reasons")
        for transfer in list(self._open):
            transfer.cancellation_reason = reason if dated else None
            self._fail(transfer, "cancelled", why)

    def run_out_of_resources(self) -> None:
        """Let the system be short of resources: it cancels the app's background transfers."""
        self.cancel_all("the system was short of resources", "insufficientSystemResources")

    def _held_by(self, transfer: BackgroundTransfer) -> str:
        """What keeps a transfer from moving now, in words; empty where nothing does."""
        if self._clock.now < transfer.not_before:
            return "its start is delayed"
        if not self._network.connected:
            self._rules.cite("background-urlsession.waits-for-connectivity")
            return "there is no network"
        if transfer.discretionary and (reason := self._discretionary_waits_for()):
            return reason
        if not transfer.readable_while_locked and self._conditions.locked:
            self._rules.cite("background-urlsession.file-must-be-readable-while-locked")
            return "its file cannot be read while the phone is locked"
        return ""

    def _discretionary_waits_for(self) -> str:
        conditions, cite = self._conditions, self._rules.cite
        if conditions.low_power_mode:
            cite("system-conditions.low-power-mode")
            return "it is discretionary, and Low Power Mode is on"
        if conditions.low_data_mode:
            cite("system-conditions.user-switches", "model.low-data-mode-holds-discretionary")
            return "it is discretionary, and Low Data Mode is on"
        if (wifi := self._network.kind == "Wi-Fi") and conditions.charging:
            return ""
        cite("background-urlsession.discretionary-may-wait")
        if wifi or conditions.charging:
            cite("model.discretionary-waits-for-wifi-or-power")
            return ""
        return "it is discretionary, and there is no Wi-Fi and no power"

    def waiting(self) -> dict[str, str]:
        """The names of the transfers that do not move now, and why."""
        return {transfer.name: why for transfer in self._open if (why := self._held_by(transfer))}

    def _wait_in_background(self, transfer: BackgroundTransfer) -> int:
        """The rate limiter's delay, or the model's for discretionary work, which a chain's tasks are too."""
        limited = self.rate_limiter.wait()
        self._rules.cite("background-urlsession.background-start-is-discretionary")
        transfer.discretionary = True
        return limited or self._rules.milliseconds("model.discretionary-delay")

    def _look(self) -> None:
        at_once = int(self._rules.number("model.transfers-at-once"))
        under_way: dict[str, int] = {}
        for transfer in list(self._open):
            count = under_way.get(transfer.session, 0)
            if transfer.number not in self._moving:
                if count >= at_once or self._held_by(transfer):
                    continue
                self._send(transfer)
            under_way[transfer.session] = count + 1
        for transfer in self._open:
            self._say_what_holds(transfer)

    def _say_what_holds(self, transfer: BackgroundTransfer) -> None:
        why = "" if transfer.number in self._moving else self._held_by(transfer)
        if why != transfer.waits:
            transfer.waits = why
            self._record.add(TransferWaits(self._clock.now, *transfer.moved_by, why))

    def _send(self, transfer: BackgroundTransfer) -> None:
        if self._network.intercepts or (transfer.down and transfer.response is None):
            answer_takes = self._network.round_trip + self._network.latency
            due = self._clock.after(answer_takes, lambda: self._answered(transfer))
        else:
            count = min(self._network.piece, transfer.size - transfer.sent)
            carry = self._network.receive if transfer.down else self._network.send
            due = carry(count, lambda: self._arrived(transfer, count))
        self._moving[transfer.number] = due

    def _ask(self, transfer: BackgroundTransfer) -> None:
        """Wait for the server's answer, which a connection that is cut or timed out does not bring."""
        patience = self._rules.milliseconds("url-session.request-timeout")
        waits = self._clock.after(patience, lambda: self._timed_out(transfer))
        self._moving[transfer.number] = waits
        comes = transfer.down and not self._network.intercepts

        def answered(response: httpx.Response) -> None:
            if self._moving.get(transfer.number) is not waits:
                return
            self._moving.pop(transfer.number).cancel()
            if comes:
                transfer.response, transfer.size = response, len(response.content)
            if comes and transfer.size:
                self._look()
            else:
                self._ends(transfer, response)

        request = requested("GET" if transfer.down else "POST", transfer.url)
        self._network.ask(request, 0 if comes else transfer.sent, answered)

    def _timed_out(self, transfer: BackgroundTransfer) -> None:
        self._rules.cite("url-session.request-timeout")
        del self._moving[transfer.number]
        self._lost(transfer)
        self._look()

    def _arrived(self, transfer: BackgroundTransfer, count: int) -> None:
        del self._moving[transfer.number]
        self._move(transfer, transfer.sent + count)
        if transfer.sent >= transfer.size:
            self._answered(transfer)
        elif len(self._open) == 1 and not self._held_by(transfer):
            self._send(transfer)
        else:
            self._look()

    def _answered(self, transfer: BackgroundTransfer) -> None:
        if transfer.down and transfer.response is not None:
            self._ends(transfer, transfer.response)
        else:
            self._ask(transfer)

    def _ends(self, transfer: BackgroundTransfer, response: httpx.Response) -> None:
        """The server has answered: a bad status is no error (claim url-session.status-is-no-error)."""
        transfer.response = response
        if response.has_redirect_location:
            self._fail(transfer, "httpTooManyRedirects", "there were too many redirects")
        elif not response.is_success:
            self._rules.cite("url-session.status-is-no-error", "background-urlsession.status-is-no-error")
            self._finish(transfer, f"refused by the server with {response.status_code}")
        else:
            self._finish(transfer, "done" if transfer.sent == transfer.size else answered_early(response))

    def _move(self, transfer: BackgroundTransfer, sent: int) -> None:
        transfer.sent = sent
        (by, number, name), now, size = transfer.moved_by, self._clock.now, transfer.size
        self._record.add(TransferMoved(now, by, number, name, sent, size, transfer.down, transfer.session))
        if self._host.state.runs:
            self._tell(transfer)
        else:
            self._rules.cite("background-urlsession.no-progress-while-suspended")

    def _process_changed(self, change: AppChange) -> None:
        if change.after.foreground:
            self.rate_limiter.in_front()
        if change.after is State.SUSPENDED and self.transfers:
            self._rules.cite("background-urlsession.another-process-moves-the-bytes")

    def _process_ended(self, _change: AppChange) -> None:
        """The app's process is gone: whoever listened is gone too; uploads from files are not."""
        if self.transfers:
            self._rules.cite("background-urlsession.survives-system-termination")
            self._clock.after(0, self._fail_what_is_not_a_file)
        for transfer in self.transfers:
            transfer.listeners.clear()

    def _fail_what_is_not_a_file(self) -> None:
        for transfer in [transfer for transfer in self._open if not transfer.from_file]:
            self._rules.cite("background-urlsession.uploads-from-a-file")
            self._fail(transfer, "unknown", "the app exited, and it was not an upload from a file")

    def _force_quit(self, change: AppChange) -> None:
        if change.event is Event.FORCE_QUIT and self._rules.holds("force-quit.cancels-background-transfers"):
            self.cancel_all("the person force quit the app")

    def _network_changed(self) -> None:
        for transfer in list(self._open):
            if (due := self._moving.pop(transfer.number, None)) is not None:
                due.cancel()
                self._rules.cite("model.network-change-cuts-connections")
                self._lost(transfer)
        self._look()

    def _lost(self, transfer: BackgroundTransfer) -> None:
        self._rules.cite("background-urlsession.retries-by-itself")
        if transfer.down:
            transfer.response, transfer.size = None, 0
        rule = "background-urlsession.resumable-uploads"
        if transfer.sent and not (self._network.is_resumable(transfer.url) and self._rules.holds(rule)):
            self._rules.cite("model.retry-starts-over")
            self._move(transfer, 0)

    def _condition_changed(self, name: str) -> None:
        off = name == "background_app_refresh" and not self._conditions.background_app_refresh
        may = off and self._open and self._rules.holds("system-conditions.refresh-off-may-cancel-transfers")
        if may and self._rng.random() < self._rules.number("model.refresh-off-cancels-share"):
            self.cancel_all("background updates were disabled", "backgroundUpdatesDisabled")
        self._look()

    def _fail(self, transfer: BackgroundTransfer, code: str, why: str = "") -> None:
        if not transfer.outcome:
            transfer.error = URLError(code, f"{transfer.name}: {why or 'the transfer failed'}")
            self._finish(transfer, why or code)

    def _finish(self, transfer: BackgroundTransfer, outcome: str) -> None:
        transfer.outcome = outcome
        self._open.remove(transfer)
        for planned in (self._moving, self._timeouts):
            if (due := planned.pop(transfer.number, None)) is not None:
                due.cancel()
        self._record.add(TransferEnded(self._clock.now, *transfer.moved_by, outcome))
        self._tell(transfer)
        if not self._host.state.runs and all(other.session != transfer.session for other in self._open):
            self._rules.cite("background-urlsession.wakes-the-app-when-all-is-done")
            self._wake(transfer.session)
        if not self._open:
            self.rate_limiter.idle()
        self._look()

    def _wake(self, session: str) -> None:
        before = self.rate_limiter.resumes()
        reason = f"background URLSession {session}".rstrip()
        self._rules.cite("force-quit.no-relaunch-for-transfers", "force-quit.no-background-launch")
        if self._host.wake(reason, "model.wake-run-time", "force-quit.no-relaunch-for-transfers"):
            self._rules.cite("background-urlsession.stored-handler-must-be-called")
        else:
            self.rate_limiter.delay, self.rate_limiter.resumed_at = before

    @staticmethod
    def _tell(transfer: BackgroundTransfer) -> None:
        for listener in list(transfer.listeners):
            listener()


class RateLimiter:
    """The delay that one app has built up."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self._clock, self._rules = clock, rules
        self._rest = Due(0, None)
        self.delay = 0
        """In milliseconds, counted from the last time that the app was resumed."""
        self.resumed_at = 0
        """When the daemon last resumed the app, in milliseconds."""

    def resumes(self) -> tuple[int, int]:
        """The daemon is about to resume the app: the delay grows before the app runs. Returns what it was."""
        before = (self.delay, self.resumed_at)
        self._rules.cite("background-urlsession.each-resume-adds-a-delay")
        self._rules.cite("background-urlsession.chunks-one-by-one-is-the-worst-case")
        self.busy()
        self.delay, self.resumed_at = self._grown(), self._clock.now
        return before

    def _grown(self) -> int:
        if not self.delay:
            return self._rules.milliseconds("background-urlsession.rate-limiter-first-delays")
        self._rules.cite("background-urlsession.rate-limiter-doubles")
        return 2 * self.delay

    def idle(self) -> None:
        """Nothing is under way. If the delay passes so, it is reset (claim model.rate-limiter-rest)."""
        if self.delay and self._rest.action is None:
            self._rules.cite("model.rate-limiter-rest")
            self._rest = self._clock.at(self.resumed_at + self.delay, self._reset)

    def in_front(self) -> None:
        """The person brought the app to the front (claim background-urlsession.delay-resets-in-front)."""
        if self.delay:
            self._rules.cite("background-urlsession.delay-resets-in-front")
            self._reset()

    def wait(self) -> int:
        """How long, in milliseconds, a task that is created in the background now does not start."""
        return max(0, self.resumed_at + self.delay - self._clock.now) if self.delay else 0

    def _reset(self) -> None:
        self.delay = 0
        self.busy()

    def busy(self) -> None:
        """A task was created, or the app is resumed."""
        self._rest.cancel()
