"""The names of the kernel that every framework needs. The others are in their modules."""

from .clock import Action, Clock, Due
from .given import Checked
from .host import Host
from .life_cycle import Event, State
from .phases import Phase
from .process import AppChange, Process
from .record import Cause

__all__ = [
    "Action",
    "AppChange",
    "Cause",
    "Checked",
    "Clock",
    "Due",
    "Event",
    "Host",
    "Phase",
    "Process",
    "State",
]
