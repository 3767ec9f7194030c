"""A phone in virtual time: what happens to an app's work after the user leaves it.

A process is an event loop that only the phone can turn; a Live Activity is a picture, not a process.

Every public name is imported from here: `from afterswipe import MB, Phone, show`. A name is imported when it
is first used, so that a program loads the rooms that it needs and no others.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import Application as Application
    from .background_modes import BackgroundModes as BackgroundModes
    from .claims.catalogue import Rule as Rule
    from .claims.rules import Version as Version
    from .claims.sources import Claim as Claim
    from .device.conditions import Conditions as Conditions
    from .device.conditions import Power as Power
    from .device.network import Network as Network
    from .errors import ActivityAuthorizationError as ActivityAuthorizationError
    from .errors import AfterSwipeError as AfterSwipeError
    from .errors import APIError as APIError
    from .errors import BGTaskSchedulerError as BGTaskSchedulerError
    from .errors import ClaimError as ClaimError
    from .errors import NeverYieldsError as NeverYieldsError
    from .errors import NotKnownError as NotKnownError
    from .errors import UnavailableError as UnavailableError
    from .errors import URLError as URLError
    from .errors import UsageError as UsageError
    from .frameworks.activitykit.app import Activities as Activities
    from .frameworks.activitykit.app import Activity as Activity
    from .frameworks.activitykit.card import ActivityState as ActivityState
    from .frameworks.activitykit.card import Card as Card
    from .frameworks.activitykit.pushes import APNs as APNs
    from .frameworks.activitykit.pushes import LiveActivityPushes as LiveActivityPushes
    from .frameworks.activitykit.system import ActivityStore as ActivityStore
    from .frameworks.activitykit.system import LiveActivities as LiveActivities
    from .frameworks.appintents.system import AppIntent as AppIntent
    from .frameworks.appintents.system import CancellableIntent as CancellableIntent
    from .frameworks.appintents.system import Intents as Intents
    from .frameworks.appintents.system import LiveActivityIntent as LiveActivityIntent
    from .frameworks.appintents.system import LongRunningIntent as LongRunningIntent
    from .frameworks.avfaudio.system import Audio as Audio
    from .frameworks.backgroundassets.system import BackgroundAssets as BackgroundAssets
    from .frameworks.backgroundassets.system import DownloaderExtension as DownloaderExtension
    from .frameworks.backgroundtasks.app import BGTaskScheduler as BGTaskScheduler
    from .frameworks.backgroundtasks.continued import ContinuedProcessing as ContinuedProcessing
    from .frameworks.backgroundtasks.system import TaskScheduler as TaskScheduler
    from .frameworks.backgroundtasks.tasks import BGAppRefreshTask as BGAppRefreshTask
    from .frameworks.backgroundtasks.tasks import BGAppRefreshTaskRequest as BGAppRefreshTaskRequest
    from .frameworks.backgroundtasks.tasks import BGContinuedProcessingTask as BGContinuedProcessingTask
    from .frameworks.backgroundtasks.tasks import (
        BGContinuedProcessingTaskRequest as BGContinuedProcessingTaskRequest,
    )
    from .frameworks.backgroundtasks.tasks import BGProcessingTask as BGProcessingTask
    from .frameworks.backgroundtasks.tasks import BGProcessingTaskRequest as BGProcessingTaskRequest
    from .frameworks.backgroundtasks.tasks import BGTask as BGTask
    from .frameworks.backgroundtasks.tasks import BGTaskRequest as BGTaskRequest
    from .frameworks.backgroundtasks.tasks import Progress as Progress
    from .frameworks.corebluetooth.system import Bluetooth as Bluetooth
    from .frameworks.corelocation.system import Location as Location
    from .frameworks.extensions.system import Extension as Extension
    from .frameworks.extensions.system import Extensions as Extensions
    from .frameworks.photos.system import PhotoLibrary as PhotoLibrary
    from .frameworks.photos.system import Photos as Photos
    from .frameworks.photos.system import UploadExtension as UploadExtension
    from .frameworks.uikit.watchdog import FileLock as FileLock
    from .frameworks.urlsession.app import ResumeData as ResumeData
    from .frameworks.urlsession.app import UploadTask as UploadTask
    from .frameworks.urlsession.app import URLSession as URLSession
    from .frameworks.urlsession.background import BackgroundDownloadTask as BackgroundDownloadTask
    from .frameworks.urlsession.background import BackgroundUploadTask as BackgroundUploadTask
    from .frameworks.urlsession.background import BackgroundURLSession as BackgroundURLSession
    from .frameworks.urlsession.system import TransferDaemon as TransferDaemon
    from .frameworks.usernotifications.system import AppPushes as AppPushes
    from .frameworks.usernotifications.system import LocalNotifications as LocalNotifications
    from .frameworks.usernotifications.system import Notifications as Notifications
    from .frameworks.usernotifications.system import Notified as Notified
    from .frameworks.usernotifications.system import Pushes as Pushes
    from .frameworks.usernotifications.system import ServiceExtension as ServiceExtension
    from .frameworks.widgetkit.system import Widget as Widget
    from .frameworks.widgetkit.system import WidgetCenter as WidgetCenter
    from .frameworks.widgetkit.system import Widgets as Widgets
    from .kernel.endings import Endings as Endings
    from .kernel.life_cycle import SCENES as SCENES
    from .kernel.life_cycle import TRANSITIONS as TRANSITIONS
    from .kernel.life_cycle import Event as Event
    from .kernel.life_cycle import SceneState as SceneState
    from .kernel.life_cycle import State as State
    from .kernel.life_cycle import Step as Step
    from .kernel.record import CAUSES as CAUSES
    from .kernel.record import Alerted as Alerted
    from .kernel.record import AssertionChanged as AssertionChanged
    from .kernel.record import CardChanged as CardChanged
    from .kernel.record import CardUpdateHeld as CardUpdateHeld
    from .kernel.record import Cause as Cause
    from .kernel.record import ConditionChanged as ConditionChanged
    from .kernel.record import Entry as Entry
    from .kernel.record import PersonDid as PersonDid
    from .kernel.record import ProcessChanged as ProcessChanged
    from .kernel.record import ProcessEnded as ProcessEnded
    from .kernel.record import PushArrived as PushArrived
    from .kernel.record import Record as Record
    from .kernel.record import StateChanged as StateChanged
    from .kernel.record import TaskChanged as TaskChanged
    from .kernel.record import TransferEnded as TransferEnded
    from .kernel.record import TransferMoved as TransferMoved
    from .phone import Phone as Phone
    from .seen.gaps import Gap as Gap
    from .seen.gaps import Span as Span
    from .seen.lock_screen import LockScreen as LockScreen
    from .seen.svg import show as show
    from .seen.timeline import Timeline as Timeline
    from .seen.truth import Truth as Truth
    from .units import GB as GB
    from .units import HOUR as HOUR
    from .units import KB as KB
    from .units import MB as MB
    from .units import SECOND as SECOND
    from .units import duration as duration
    from .units import percent as percent
    from .units import size as size

__version__ = "0.1.0"

_ROOMS = {
    "errors": "APIError ActivityAuthorizationError AfterSwipeError BGTaskSchedulerError ClaimError NeverYieldsError NotKnownError URLError UnavailableError UsageError",
    "units": "GB HOUR KB MB SECOND duration percent size",
    "claims.catalogue": "Rule",
    "claims.sources": "Claim",
    "claims.rules": "Version",
    "kernel.life_cycle": "Event SCENES SceneState State Step TRANSITIONS",
    "kernel.record": "CAUSES Cause ProcessEnded Alerted AssertionChanged CardChanged CardUpdateHeld ConditionChanged Entry PersonDid ProcessChanged PushArrived Record StateChanged TaskChanged TransferEnded TransferMoved",
    "kernel.endings": "Endings",
    "app": "Application",
    "device.conditions": "Conditions Power",
    "device.network": "Network",
    "frameworks.activitykit.app": "Activities Activity",
    "frameworks.activitykit.card": "ActivityState Card",
    "frameworks.activitykit.pushes": "APNs LiveActivityPushes",
    "frameworks.activitykit.system": "ActivityStore LiveActivities",
    "frameworks.appintents.system": "AppIntent CancellableIntent Intents LiveActivityIntent LongRunningIntent",
    "frameworks.backgroundassets.system": "BackgroundAssets DownloaderExtension",
    "frameworks.backgroundtasks.app": "BGTaskScheduler",
    "frameworks.backgroundtasks.continued": "ContinuedProcessing",
    "frameworks.backgroundtasks.tasks": "BGAppRefreshTask BGAppRefreshTaskRequest BGContinuedProcessingTask BGContinuedProcessingTaskRequest BGProcessingTask BGProcessingTaskRequest BGTask BGTaskRequest Progress",
    "frameworks.backgroundtasks.system": "TaskScheduler",
    "frameworks.extensions.system": "Extension Extensions",
    "background_modes": "BackgroundModes",
    "frameworks.avfaudio.system": "Audio",
    "frameworks.corebluetooth.system": "Bluetooth",
    "frameworks.corelocation.system": "Location",
    "frameworks.photos.system": "PhotoLibrary Photos UploadExtension",
    "frameworks.uikit.watchdog": "FileLock",
    "frameworks.urlsession.app": "ResumeData URLSession UploadTask",
    "frameworks.urlsession.background": "BackgroundDownloadTask BackgroundURLSession BackgroundUploadTask",
    "frameworks.urlsession.system": "TransferDaemon",
    "frameworks.usernotifications.system": "AppPushes LocalNotifications Notifications Notified Pushes ServiceExtension",
    "frameworks.widgetkit.system": "Widget WidgetCenter Widgets",
    "phone": "Phone",
    "seen.svg": "show",
    "seen.gaps": "Gap Span",
    "seen.lock_screen": "LockScreen",
    "seen.timeline": "Timeline",
    "seen.truth": "Truth",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}
"""In which module each public name stands."""

__all__ = sorted(_ROOM_OF)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if (room := _ROOM_OF.get(name)) is None:
        near = get_close_matches(name, __all__, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " The API page lists every name."
        raise AttributeError(f"afterswipe has no {name!r}.{hint}", name=name)
    value = globals()[name] = getattr(import_module(f".{room}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
