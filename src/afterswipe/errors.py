"""The errors, named by whose doing it was and saying what to do next.

AfterSwipeError
├── UsageError                       the script asks for what cannot be
├── APIError                         the app broke a rule of a framework
│   ├── ActivityAuthorizationError   ActivityKit starts no Live Activity
│   ├── BGTaskSchedulerError         BackgroundTasks takes no request
│   └── UnavailableError             this iOS version does not have it
├── URLError                         a transfer failed
├── NeverYieldsError                 the app's code never waits
├── NotKnownError                    nobody has published what would happen
└── ClaimError                       a claim's file breaks the schema
"""

from collections.abc import Collection


class AfterSwipeError(Exception):
    """The base of every error that this package raises on purpose."""


class UsageError(AfterSwipeError):
    """The script asks the phone for something that cannot be."""


class APIError(AfterSwipeError):
    """The app broke a rule of an Apple framework; `claim` is the id of the rule."""

    def __init__(self, message: str, claim: str) -> None:
        super().__init__(f"{message} (claim {claim})")
        self.claim = claim


class ActivityAuthorizationError(APIError):
    """ActivityKit refused to start a Live Activity; `reason` is Apple's name for it, such as `visibility`."""

    def __init__(self, reason: str, message: str, claim: str) -> None:
        super().__init__(f"{reason}: {message}", claim)
        self.reason = reason


_BG_ERRORS = ("unavailable", "tooManyPendingTaskRequests", "notPermitted", "immediateRunIneligible")
"""Apple's names for the errors of BGTaskSchedulerErrorDomain, which are numbered from 1."""


class BGTaskSchedulerError(APIError):
    """BackgroundTasks refused a request; `code` is Apple's name, as `notPermitted`, `number` its value."""

    def __init__(self, code: str, message: str, claim: str) -> None:
        self.code = code
        self.number = _BG_ERRORS.index(code) + 1
        super().__init__(f"{code}, error {self.number}: {message}", claim)


class UnavailableError(APIError):
    """The chosen iOS version does not have this API."""


class NotKnownError(AfterSwipeError):
    """Nobody has published what would happen, so the model does not say; `claim` is the id of the gap."""

    def __init__(self, message: str, claim: str) -> None:
        super().__init__(f"Not known: {message} (claim {claim})")
        self.claim = claim


class NeverYieldsError(AfterSwipeError):
    """The app's code runs on and on without waiting for anything, so the phone's clock cannot move.

    `file` and `line` are the place in the app's code, or "" and 0 where none could be found.
    """

    def __init__(self, message: str, file: str, line: int) -> None:
        super().__init__(message)
        self.file, self.line = file, line


NSURL_ERRORS = {
    "unknown": -1,
    "cancelled": -999,
    "timedOut": -1001,
    "networkConnectionLost": -1005,
    "httpTooManyRedirects": -1007,
    "notConnectedToInternet": -1009,
    "badServerResponse": -1011,
}
"""Apple's numbers for the errors of a transfer (`NSURLError…`), by the name of the case."""


class URLError(AfterSwipeError):
    """A transfer failed; `code` is Apple's name of the case and `number` its NSURLError value."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.number = NSURL_ERRORS[code]
        super().__init__(f"{message} ({code}, {self.number})")


class ClaimError(AfterSwipeError):
    """A claim's file breaks the schema; the message names file, line and remedy."""


def must(met: bool, remedy: str) -> None:
    """Raise UsageError with a remedy where a condition is not met."""
    if not met:
        raise UsageError(remedy)


def must_be_share(name: str, share: float | None) -> None:
    """Raise UsageError for a share that is none; None is one that is left out."""
    if share is not None and not 0 <= share <= 1:  # not by `must`: its words would be made each time
        raise UsageError(f"{name}={share}: give a share of the whole, from 0.0 to 1.0.")


def must_have_bytes(name: str, size: int) -> None:
    """Raise UsageError for a size below 1."""
    must(size >= 1, f"{name!r} has {size} bytes. Give its size in bytes, 1 or more: size=60 * MB.")


def must_be_one_of(what: str, chosen: object, choices: Collection[str]) -> None:
    """Raise UsageError for a name that there is not, with those that there are."""
    if chosen not in choices:
        there = ", ".join(filter(None, choices)) or "none"
        raise UsageError(f"There is no {what} {chosen!r}. There are: {there}.")
