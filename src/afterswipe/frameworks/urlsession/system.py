"""nsurlsessiond: the system's process that moves the bytes of background sessions, whatever becomes of the app.

One rule decides everything here: `held_by` says what keeps a transfer from moving, and whatever changes (the time, the
network, a condition of the device, the lock, another transfer's end) makes the daemon look again. Transfers of a session move
in the order in which they were started, a few at a time (claim model.transfers-at-once), and share the link.

Not modelled: authentication challenges, redirects, resuming a download that was cut (it starts over), the reported low throughput of background sessions, what
thousands of tasks cost, transfers of other apps.
"""

from collections.abc import Callable

import httpx

from afterswipe.device.network import address
from afterswipe.errors import URLError
from afterswipe.kernel.clock import Due
from afterswipe.kernel.record import TransferEnded, TransferMoved, TransferWaits
from afterswipe.system import System

from . import discretionary
from .rate_limiter import RateLimiter
from .transfer import Transfer, answered_early

_REASONS = "background-urlsession.cancellation-reasons"
_HANDLER = "background-urlsession.stored-handler-must-be-called"


class TransferDaemon:
    """The system's process that moves the bytes of background sessions: `phone.daemon`."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._clock = system.clock
        self._rules = system.rules
        self._network = system.network
        self._open: list[Transfer] = []
        self._moving: dict[int, Due] = {}
        self._timeouts: dict[int, Due] = {}
        self.rate_limiter = RateLimiter(system.clock, system.rules)
        """The delay that the app has built up."""
        self.transfers: list[Transfer] = []
        """All transfers, finished ones included, in the order of their start."""
        system.network.watch(self._network_changed)
        system.conditions.watch(self._condition_changed)

    # What the app's sessions and the phone ask for.

    def add(self, transfer: Transfer, *, from_background: bool) -> Transfer:
        """Take over a transfer. One that is started in the background is discretionary and waits."""
        self._open.append(transfer)
        self.transfers.append(transfer)
        transfer.number = len(self.transfers)
        starts = self._clock.now + (
            self._wait_in_background(transfer) if from_background else self._wait_in_front(transfer)
        )
        transfer.not_before = max(transfer.not_before, starts)
        self.rate_limiter.busy()
        timeout = self._rules.milliseconds("background-urlsession.resource-timeout")
        self._timeouts[transfer.number] = self._clock.after(timeout, lambda: self._fail(transfer, "timedOut"))
        self._move(transfer, 0)
        self._say_what_holds(transfer)
        self._clock.at(transfer.not_before, self._look)
        return transfer

    def cancel(self, transfer: Transfer) -> None:
        """The app cancels one of its transfers."""
        self._fail(transfer, "cancelled", "the app cancelled it")
        self._look()

    def cancel_all(self, why: str, reason: str = "userForceQuitApplication") -> None:
        """Cancel everything; the app learns of it when it runs again.

        `reason` is Apple's name (claim background-urlsession.cancellation-reasons), or empty where there is none.
        """
        named = reason if reason and self._rules.holds(_REASONS) else None
        for transfer in list(self._open):
            transfer.cancellation_reason = named
            self._fail(transfer, "cancelled", why)

    def run_out_of_resources(self) -> None:
        """Let the system be short of resources: it cancels the app's background transfers."""
        self.cancel_all("the system was short of resources", "insufficientSystemResources")

    def process_ended(self) -> None:
        """The app's process is gone: whoever listened is gone too; uploads from files are not."""
        for transfer in self.transfers:
            transfer.listeners.clear()
        if not self._rules.holds("background-urlsession.survives-system-termination"):
            self.cancel_all("the app was terminated", "")
        self._clock.after(0, self._fail_what_is_not_a_file)

    def _fail_what_is_not_a_file(self) -> None:
        why = "the app exited, and it was not an upload from a file"
        for transfer in [transfer for transfer in self._open if not transfer.from_file]:
            if self._rules.holds("background-urlsession.uploads-from-a-file"):
                self._fail(transfer, "unknown", why)

    def process_suspended(self) -> None:
        """The app is suspended, which changes nothing here."""
        if not self._rules.holds("background-urlsession.another-process-moves-the-bytes"):
            self.cancel_all("the app was suspended", "")

    def held_by(self, transfer: Transfer) -> str:
        """What keeps a transfer from moving now, in words; empty where nothing does."""
        if self._clock.now < transfer.not_before:
            return "its start is delayed"
        if not self._network.connected:
            return "there is no network"
        if transfer.discretionary and (reason := discretionary.waits_for(self._system)):
            return reason
        locked = not transfer.readable_while_locked and self._system.conditions.locked
        if locked and self._rules.holds("background-urlsession.file-must-be-readable-while-locked"):
            return "its file cannot be read while the phone is locked"
        return ""

    def waiting(self) -> dict[str, str]:
        """The names of the transfers that do not move now, and why."""
        reasons = {transfer.name: self.held_by(transfer) for transfer in self._open}
        return {name: reason for name, reason in reasons.items() if reason}

    # When a transfer may start, and what holds it.

    def _wait_in_background(self, transfer: Transfer) -> int:
        """The rate limiter's delay or, where there is none, the model's for discretionary work.

        They are not added up: the delays that a developer saw in a chain were of tasks that are discretionary as well.
        """
        limited = self.rate_limiter.wait()
        if not self._rules.holds("background-urlsession.background-start-is-discretionary"):
            return limited
        transfer.discretionary = True
        return limited or self._rules.milliseconds("model.discretionary-delay")

    def _wait_in_front(self, transfer: Transfer) -> int:
        """None. Only in the run that asks "what if each of them were delayed like a task of a chain" is there one."""
        before = sum(other.session == transfer.session for other in self._open) - 1
        if not before or self._rules.holds("background-urlsession.enqueue-all-chunks-up-front"):
            return 0
        first = self._rules.milliseconds("background-urlsession.rate-limiter-first-delays")
        return first * (int(2**before) - 1)

    # How the bytes move.

    def _look(self) -> None:
        """Start what may move now and does not."""
        at_once = int(self._rules.number("model.transfers-at-once"))
        under_way: dict[str, int] = {}
        for transfer in list(self._open):
            if transfer.outcome:
                continue
            count = under_way.get(transfer.session, 0)
            if transfer.number not in self._moving:
                if count >= at_once or not self._may_move(transfer):
                    continue
                self._send(transfer)
            under_way[transfer.session] = count + 1
        for transfer in self._open:
            self._say_what_holds(transfer)

    def _say_what_holds(self, transfer: Transfer) -> None:
        why = "" if transfer.number in self._moving else self.held_by(transfer)
        if why != transfer.waits:
            transfer.waits = why
            at = self._clock.now
            self._system.record.add(TransferWaits(at, "nsurlsessiond", transfer.number, transfer.name, why))

    def _may_move(self, transfer: Transfer) -> bool:
        if (
            not self._network.connected
            and self._clock.now >= transfer.not_before
            and not self._rules.holds("background-urlsession.waits-for-connectivity")
        ):
            self._fail(transfer, "notConnectedToInternet")
            return False
        return not self.held_by(transfer)

    def _send(self, transfer: Transfer) -> None:
        if self._network.intercepts:
            due = self._clock.after(
                self._network.round_trip + self._network.latency, lambda: self._answered(transfer)
            )
        elif transfer.down and transfer.response is None:
            due = self._clock.after(
                self._network.round_trip + self._network.latency, lambda: self._begun(transfer)
            )
        else:
            count = min(int(self._rules.number("model.upload-chunk")), transfer.size - transfer.sent)
            carry = self._network.receive if transfer.down else self._network.send
            due = carry(count, lambda: self._arrived(transfer, count))
        self._moving[transfer.number] = due

    def _begun(self, transfer: Transfer) -> None:
        """The server's answer to a download is on its way: from now on its size is known."""
        self._ask(transfer, "GET", 0, self._comes)

    def _comes(self, transfer: Transfer, response: httpx.Response) -> None:
        transfer.response, transfer.size = response, len(response.content)
        if transfer.size:
            self._look()
        else:
            self._ends(transfer, response)

    def _ask(
        self, transfer: Transfer, method: str, received: int, then: Callable[[Transfer, httpx.Response], None]
    ) -> None:
        """Wait for the server's answer, which may take its time; a connection that is cut meanwhile brings none."""
        waits = self._moving[transfer.number] = self._clock.after(0, lambda: None)

        def answered(response: httpx.Response) -> None:
            if self._moving.get(transfer.number) is waits:
                del self._moving[transfer.number]
                then(transfer, response)

        request = httpx.Request(method, address(transfer.url))
        self._network.ask(request, received, answered, in_full=True)

    def _arrived(self, transfer: Transfer, count: int) -> None:
        del self._moving[transfer.number]
        self._move(transfer, transfer.sent + count)
        if transfer.outcome:
            return
        if transfer.sent < transfer.size:
            if len(self._open) == 1 and self._may_move(transfer):
                self._send(transfer)
            else:
                self._look()
        else:
            self._answered(transfer)

    def _answered(self, transfer: Transfer) -> None:
        if transfer.down and transfer.response is not None:
            self._ends(transfer, transfer.response)
        else:
            self._ask(transfer, "GET" if transfer.down else "POST", transfer.sent, self._ends)

    def _ends(self, transfer: Transfer, response: httpx.Response) -> None:
        """The server has answered. A bad status is an answer and no error (claim url-session.status-is-no-error)."""
        transfer.response = response
        if not response.is_success:
            self._rules.cite("url-session.status-is-no-error")
            self._finish(transfer, f"refused by the server with {response.status_code}")
        else:
            self._finish(transfer, "done" if transfer.sent == transfer.size else answered_early(response))

    def _move(self, transfer: Transfer, sent: int) -> None:
        transfer.sent = sent
        self._system.record.add(
            TransferMoved(
                self._clock.now,
                "nsurlsessiond",
                transfer.number,
                transfer.name,
                sent,
                transfer.size,
                transfer.down,
                transfer.session,
            )
        )
        tells = self._system.app_state.runs
        if not tells and not self._rules.holds("background-urlsession.no-progress-while-suspended"):
            self._wake(transfer.session)
        if tells:
            self._tell(transfer)

    # What happens to transfers.

    def _network_changed(self) -> None:
        """Connections were cut, or the network is back: transfers that had begun are tried again."""
        if self._rules.holds("model.network-change-cuts-connections"):
            for transfer in list(self._open):
                due = self._moving.pop(transfer.number, None)
                if due is not None:
                    due.cancel()
                    self._lost(transfer)
        self._look()

    def _lost(self, transfer: Transfer) -> None:
        if not self._rules.holds("background-urlsession.retries-by-itself"):
            self._fail(transfer, "networkConnectionLost")
            return
        if transfer.down:
            transfer.response, transfer.size = None, 0
        goes_on = self._network.is_resumable(transfer.url) and self._rules.holds(
            "background-urlsession.resumable-uploads"
        )
        if transfer.sent and not goes_on and self._rules.holds("model.retry-starts-over"):
            self._move(transfer, 0)

    def _condition_changed(self, name: str) -> None:
        off = name == "background_app_refresh" and not self._system.conditions.background_app_refresh
        if off and self._open and self._rules.holds("system-conditions.refresh-off-may-cancel-transfers"):
            share = self._rules.number("model.refresh-off-cancels-share")
            if self._system.rng.random() < share:
                self.cancel_all("background updates were disabled", "backgroundUpdatesDisabled")
        self._look()

    def _fail(self, transfer: Transfer, code: str, why: str = "") -> None:
        if not transfer.outcome:
            message = f"{transfer.name}: {why or 'the transfer failed'}"
            transfer.error = URLError(code, message)
            self._finish(transfer, why or code)

    def _finish(self, transfer: Transfer, outcome: str) -> None:
        transfer.outcome = outcome
        self._open.remove(transfer)
        for planned in (self._moving, self._timeouts):
            if (due := planned.pop(transfer.number, None)) is not None:
                due.cancel()
        self._system.record.add(
            TransferEnded(self._clock.now, "nsurlsessiond", transfer.number, transfer.name, outcome)
        )
        self._tell(transfer)
        all_done = all(other.session != transfer.session for other in self._open)
        if (
            all_done
            and not self._system.app_state.runs
            and self._rules.holds("background-urlsession.wakes-the-app-when-all-is-done")
        ):
            self._wake(transfer.session)
        if not self._open:
            self.rate_limiter.idle()
        self._look()

    def _wake(self, session: str) -> None:
        self.rate_limiter.resumes()
        reason = f"background URLSession {session}".rstrip()
        rules = ("force-quit.no-relaunch-for-transfers", "force-quit.no-background-launch")
        rule = next((rule for rule in rules if not self._rules.holds(rule)), rules[0])
        if not self._system.wake(reason, "model.wake-run-time", unless_force_quit=rule):
            self.rate_limiter.did_not_resume()
        elif not self._rules.holds(_HANDLER) and self._system.app is not None:
            self._system.app.complete_wake()  # for the run that asks "what if nobody had to call it"

    @staticmethod
    def _tell(transfer: Transfer) -> None:
        for listener in transfer.listeners:
            listener()
