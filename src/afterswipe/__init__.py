"""A phone in virtual time: what happens to an app's work after the user leaves it.

A process is an event loop that only the phone can turn; a Live Activity is a picture, not a process.

Every public name is imported from here: `from afterswipe import MB, Phone, show`. A name is imported when it is first used, so
that a program loads the rooms that it needs and no others.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import Application
    from .background_modes import BackgroundModes
    from .claims.catalogue import Rule
    from .claims.rules import Version
    from .claims.sources import Claim
    from .device.conditions import Conditions
    from .device.network import Network
    from .device.power import Power
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
    from .frameworks.activitykit.app import Activities, Activity
    from .frameworks.activitykit.card import ActivityState, Card
    from .frameworks.activitykit.pushes import APNs, LiveActivityPushes
    from .frameworks.activitykit.system import ActivityStore, LiveActivities
    from .frameworks.appintents.intents import (
        AppIntent,
        CancellableIntent,
        LiveActivityIntent,
        LongRunningIntent,
    )
    from .frameworks.appintents.system import Intents
    from .frameworks.avfaudio.app import Audio
    from .frameworks.backgroundassets.system import BackgroundAssets, DownloaderExtension
    from .frameworks.backgroundtasks.app import (
        BGAppRefreshTask,
        BGContinuedProcessingTask,
        BGProcessingTask,
        BGTask,
        BGTaskScheduler,
        Progress,
    )
    from .frameworks.backgroundtasks.continued import ContinuedProcessing
    from .frameworks.backgroundtasks.requests import (
        BGAppRefreshTaskRequest,
        BGContinuedProcessingTaskRequest,
        BGProcessingTaskRequest,
        BGTaskRequest,
    )
    from .frameworks.backgroundtasks.system import TaskScheduler
    from .frameworks.corebluetooth.app import Bluetooth
    from .frameworks.corelocation.app import Location
    from .frameworks.extensions.system import Extension, Extensions
    from .frameworks.photos.app import PhotoLibrary
    from .frameworks.photos.system import Photos, UploadExtension
    from .frameworks.uikit.file_locks import FileLock
    from .frameworks.urlsession.app import ResumeData, UploadTask, URLSession
    from .frameworks.urlsession.background import (
        BackgroundDownloadTask,
        BackgroundUploadTask,
        BackgroundURLSession,
    )
    from .frameworks.urlsession.system import TransferDaemon
    from .frameworks.usernotifications.app import AppPushes, LocalNotifications
    from .frameworks.usernotifications.local import Notifications, Notified
    from .frameworks.usernotifications.system import Pushes, ServiceExtension
    from .frameworks.widgetkit.app import WidgetCenter
    from .frameworks.widgetkit.system import Widget, Widgets
    from .kernel.causes import CAUSES, Cause, ProcessEnded
    from .kernel.endings import Endings
    from .kernel.life_cycle import SCENES, TRANSITIONS, Event, SceneState, State, Step
    from .kernel.record import (
        Alerted,
        AssertionChanged,
        CardChanged,
        CardUpdateHeld,
        ConditionChanged,
        Entry,
        PersonDid,
        ProcessChanged,
        PushArrived,
        Record,
        StateChanged,
        TaskChanged,
        TransferEnded,
        TransferMoved,
    )
    from .phone import Phone
    from .seen.display import show
    from .seen.gaps import Gap, Span
    from .seen.lock_screen import LockScreen
    from .seen.timeline import Timeline
    from .seen.truth import Truth
    from .units import GB, HOUR, KB, MB, SECOND, duration, percent, size

__all__ = [
    "CAUSES",
    "GB",
    "HOUR",
    "KB",
    "MB",
    "SCENES",
    "SECOND",
    "TRANSITIONS",
    "APIError",
    "APNs",
    "Activities",
    "Activity",
    "ActivityAuthorizationError",
    "ActivityState",
    "ActivityStore",
    "AfterSwipeError",
    "Alerted",
    "AppIntent",
    "AppPushes",
    "Application",
    "AssertionChanged",
    "Audio",
    "BGAppRefreshTask",
    "BGAppRefreshTaskRequest",
    "BGContinuedProcessingTask",
    "BGContinuedProcessingTaskRequest",
    "BGProcessingTask",
    "BGProcessingTaskRequest",
    "BGTask",
    "BGTaskRequest",
    "BGTaskScheduler",
    "BGTaskSchedulerError",
    "BackgroundAssets",
    "BackgroundDownloadTask",
    "BackgroundModes",
    "BackgroundURLSession",
    "BackgroundUploadTask",
    "Bluetooth",
    "CancellableIntent",
    "Card",
    "CardChanged",
    "CardUpdateHeld",
    "Cause",
    "Claim",
    "ClaimError",
    "ConditionChanged",
    "Conditions",
    "ContinuedProcessing",
    "DownloaderExtension",
    "Endings",
    "Entry",
    "Event",
    "Extension",
    "Extensions",
    "FileLock",
    "Gap",
    "Intents",
    "LiveActivities",
    "LiveActivityIntent",
    "LiveActivityPushes",
    "LocalNotifications",
    "Location",
    "LockScreen",
    "LongRunningIntent",
    "Network",
    "NeverYieldsError",
    "NotKnownError",
    "Notifications",
    "Notified",
    "PersonDid",
    "Phone",
    "PhotoLibrary",
    "Photos",
    "Power",
    "ProcessChanged",
    "ProcessEnded",
    "Progress",
    "PushArrived",
    "Pushes",
    "Record",
    "ResumeData",
    "Rule",
    "SceneState",
    "ServiceExtension",
    "Span",
    "State",
    "StateChanged",
    "Step",
    "TaskChanged",
    "TaskScheduler",
    "Timeline",
    "TransferDaemon",
    "TransferEnded",
    "TransferMoved",
    "Truth",
    "URLError",
    "URLSession",
    "UnavailableError",
    "UploadExtension",
    "UploadTask",
    "UsageError",
    "Version",
    "Widget",
    "WidgetCenter",
    "Widgets",
    "duration",
    "percent",
    "show",
    "size",
]
__version__ = "0.1.0"

_ROOMS = {
    "errors": "APIError ActivityAuthorizationError AfterSwipeError BGTaskSchedulerError ClaimError NeverYieldsError NotKnownError URLError UnavailableError UsageError",
    "units": "GB HOUR KB MB SECOND duration percent size",
    "claims.catalogue": "Rule",
    "claims.sources": "Claim",
    "claims.rules": "Version",
    "kernel.life_cycle": "Event SCENES SceneState State Step TRANSITIONS",
    "kernel.record": "Alerted AssertionChanged CardChanged CardUpdateHeld ConditionChanged Entry PersonDid ProcessChanged PushArrived Record StateChanged TaskChanged TransferEnded TransferMoved",
    "kernel.causes": "CAUSES Cause ProcessEnded",
    "kernel.endings": "Endings",
    "app": "Application",
    "device.conditions": "Conditions",
    "device.network": "Network",
    "device.power": "Power",
    "frameworks.activitykit.app": "Activities Activity",
    "frameworks.activitykit.card": "ActivityState Card",
    "frameworks.activitykit.pushes": "APNs LiveActivityPushes",
    "frameworks.activitykit.system": "ActivityStore LiveActivities",
    "frameworks.appintents.intents": "AppIntent CancellableIntent LiveActivityIntent LongRunningIntent",
    "frameworks.appintents.system": "Intents",
    "frameworks.backgroundassets.system": "BackgroundAssets DownloaderExtension",
    "frameworks.backgroundtasks.app": "BGAppRefreshTask BGContinuedProcessingTask BGProcessingTask BGTask BGTaskScheduler Progress",
    "frameworks.backgroundtasks.continued": "ContinuedProcessing",
    "frameworks.backgroundtasks.requests": "BGAppRefreshTaskRequest BGContinuedProcessingTaskRequest BGProcessingTaskRequest BGTaskRequest",
    "frameworks.backgroundtasks.system": "TaskScheduler",
    "frameworks.extensions.system": "Extension Extensions",
    "background_modes": "BackgroundModes",
    "frameworks.avfaudio.app": "Audio",
    "frameworks.corebluetooth.app": "Bluetooth",
    "frameworks.corelocation.app": "Location",
    "frameworks.photos.app": "PhotoLibrary",
    "frameworks.photos.system": "Photos UploadExtension",
    "frameworks.uikit.file_locks": "FileLock",
    "frameworks.urlsession.app": "ResumeData URLSession UploadTask",
    "frameworks.urlsession.background": "BackgroundDownloadTask BackgroundURLSession BackgroundUploadTask",
    "frameworks.urlsession.system": "TransferDaemon",
    "frameworks.usernotifications.app": "AppPushes LocalNotifications",
    "frameworks.usernotifications.local": "Notifications Notified",
    "frameworks.usernotifications.system": "Pushes ServiceExtension",
    "frameworks.widgetkit.app": "WidgetCenter",
    "frameworks.widgetkit.system": "Widget Widgets",
    "phone": "Phone",
    "seen.display": "show",
    "seen.gaps": "Gap Span",
    "seen.lock_screen": "LockScreen",
    "seen.timeline": "Timeline",
    "seen.truth": "Truth",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}
"""In which module each public name stands."""


def __getattr__(name: str) -> object:
    if (room := _ROOM_OF.get(name)) is None:
        near = get_close_matches(name, __all__, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " The API page lists every name."
        raise AttributeError(f"afterswipe has no {name!r}.{hint}", name=name)
    value = globals()[name] = getattr(import_module(f".{room}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
