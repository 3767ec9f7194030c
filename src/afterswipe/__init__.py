"""A phone in virtual time: what happens to an app's work after the user swipes it away.

A process is an event loop that only the phone can turn; a Live Activity is a picture, not a process.
"""

from .errors import (
    ActivityAuthorizationError,
    AfterSwipeError,
    APIError,
    BGTaskSchedulerError,
    ClaimError,
    NeverYieldsError,
    NotKnownError,
    UnavailableError,
    URLError,
    UsageError,
)
from .phone import Phone
from .seen.display import show
from .units import GB, KB, MB

__all__ = [
    "GB",
    "KB",
    "MB",
    "APIError",
    "ActivityAuthorizationError",
    "AfterSwipeError",
    "BGTaskSchedulerError",
    "ClaimError",
    "NeverYieldsError",
    "NotKnownError",
    "Phone",
    "URLError",
    "UnavailableError",
    "UsageError",
    "show",
]
__version__ = "0.1.0"
