"""The story upload by every strategy, compared: one run each, or many seeded ones.

`STRATEGIES` has the ways, each with an app that runs. `run` lets one of them post a story, `table` sets them side by side in one run each,
`compare` in many. What comes out is a table of this model's rules. It is no measurement, and it says nothing about how often or how fast
uploads succeed on real phones.
"""

from .apps import Story, StoryApp
from .comparison import (
    MOBILE,
    SEEDS,
    STORIES,
    THEY_COME_AND_GO,
    Comparison,
    Networks,
    People,
    Rates,
    Uploads,
    compare,
)
from .person import Person
from .posting import Outcome, leave_for_an_hour, run, table
from .server import StoryServer, TokenServer
from .strategies import STRATEGIES, Strategy

__all__ = [
    "MOBILE",
    "SEEDS",
    "STORIES",
    "STRATEGIES",
    "THEY_COME_AND_GO",
    "Comparison",
    "Networks",
    "Outcome",
    "People",
    "Person",
    "Rates",
    "Story",
    "StoryApp",
    "StoryServer",
    "Strategy",
    "TokenServer",
    "Uploads",
    "compare",
    "leave_for_an_hour",
    "run",
    "table",
]
