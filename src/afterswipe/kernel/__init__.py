"""The names of the kernel that every framework needs. The others are in their modules."""

from .clock import Action as Action
from .clock import Clock as Clock
from .clock import Due as Due
from .given import Checked as Checked
from .given import CheckedData as CheckedData
from .host import Host as Host
from .life_cycle import Event as Event
from .life_cycle import State as State
from .loop import ProcessLoop as ProcessLoop
from .phases import Phase as Phase
from .process import AppChange as AppChange
from .process import Process as Process
from .process import RunTimeSource as RunTimeSource
from .record import Cause as Cause
