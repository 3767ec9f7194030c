"""The table of mechanisms: who starts each, whose process runs, how long, what a force quit does, what it can finish.

The reference page is made from it. Every sentence names the claims that say so, and says no more than they do; a sentence
without a claim says that it is about the model, not modelled, or not known. Beside the rows stand the names: what of this
package is Apple's, and what is not, and why.
"""

from . import mechanisms_app, mechanisms_cards, mechanisms_system, mechanisms_transfers
from .mechanism import Fact, Mechanism

__all__ = ["ELSEWHERE", "EXCUSED", "MECHANISMS", "NO_COUNTERPART", "Fact", "Mechanism"]

MECHANISMS: tuple[Mechanism, ...] = (
    *mechanisms_app.ROWS,
    *mechanisms_transfers.ROWS,
    *mechanisms_system.ROWS,
    *mechanisms_cards.ROWS,
)
"""All rows, in the order of the page."""

ELSEWHERE = (
    ("UIApplication.applicationState", "app.state"),
    ("UIScene.activationState", "app.scene_state"),
    ("The callbacks of UIApplicationDelegate and UISceneDelegate", "app.observe"),
)
"""Apple's names that belong to the life cycle and to no mechanism."""

NO_COUNTERPART: dict[str, tuple[str, ...]] = {
    "Machinery of the model: what the phone and the frameworks use of a process.": (
        "app.background_time",
        "app.call",
        "app.cards",
        "app.change",
        "app.clock",
        "app.connections",
        "app.file_locks",
        "app.loop",
        "app.must_run",
        "app.note",
        "app.rules",
        "app.run_time",
        "app.system",
        "app.taps",
        "app.tell",
        "app.cpu_monitor",
        "app.watchdog",
        "app.woken",
        "app.activities.allow_start_for",
        "app.pushes.arrived",
        "app.pushes.incoming",
        "app.task_scheduler.launch",
    ),
    "For the script: on a phone it is the app's own code, or nothing that one can ask for.": (
        "app.block_main_thread",
        "app.launch_reason",
        "app.now",
        "app.tapped",
    ),
    "UNUserNotificationCenter, which shows something and gives no run time.": (
        "app.notifications",
        "phone.notifications",
    ),
    "A lock on any file or database in a shared container, which is no single API.": ("app.file_lock",),
    "An httpx client: Python's counterpart of a data task.": ("app.url_session.client",),
    "On a phone the app leaves its loop over the updates.": ("app.location.stop",),
    "What a person does, sees, or sets.": (
        "phone.conditions",
        "phone.dynamic_island",
        "phone.force_quit",
        "phone.live_activities",
        "phone.lock",
        "phone.lock_screen",
        "phone.open",
        "phone.open_app_switcher",
        "phone.remove_card",
        "phone.restart",
        "phone.swipe_up",
        "phone.tap",
        "phone.unlock",
        "phone.was_force_quit",
    ),
    "What the system, a server or a device does to the app: the other side of a mechanism of the table.": (
        "phone.background_assets",
        "phone.background_modes",
        "phone.continued_processing",
        "phone.daemon",
        "phone.disconnect_scene",
        "phone.extensions",
        "phone.intents",
        "phone.live_activity_pushes",
        "phone.memory_pressure",
        "phone.network",
        "phone.photos",
        "phone.power",
        "phone.pushes",
        "phone.suspend",
        "phone.task_scheduler",
        "phone.terminate",
        "phone.wake",
        "phone.widgets",
    ),
    "For the script: the run itself, and what an onlooker can see of it.": (
        "phone.app",
        "phone.app_state",
        "phone.cards",
        "phone.clock",
        "phone.crashed",
        "phone.endings",
        "phone.rules",
        "phone.record",
        "phone.rng",
        "phone.timeline",
        "phone.truth",
        "phone.wait",
        "phone.why",
    ),
}
"""Public names of `Application` and `Phone` that stand for no symbol of Apple's, by the reason."""

EXCUSED: dict[str, tuple[str, ...]] = {
    "The machine: clock, processes, life cycle, network, and how a process ends.": (
        "application",
        "clock",
        "connections",
        "cpu_monitor",
        "endings",
        "file_locks",
        "frozen",
        "life_cycle",
        "machine",
        "network",
        "never_yields",
        "notifications",
        "rules",
        "phone",
        "process",
        "run_time",
        "system",
        "units",
        "watchdog",
    ),
    "What surrounds every mechanism: the device's conditions, its power, and a person.": (
        "conditions",
        "person",
        "power",
    ),
    "What an onlooker sees of a run.": ("gaps", "lock_screen", "record", "timeline", "truth"),
    "Apps, a server and a comparison that are built on the mechanisms.": (
        "compare",
        "outcome",
        "story_apps",
        "story_server",
        "strategies",
    ),
    "The package itself, and this table.": (
        "__init__",
        "errors",
        "mechanism",
        "mechanisms",
        "mechanisms_app",
        "mechanisms_cards",
        "mechanisms_system",
        "mechanisms_transfers",
    ),
}
"""Modules of the package that are no mechanism, by the reason."""
