"""The rows of the mechanism table for Live Activities. Each is a picture, and no process of the app."""

from .mechanism import Mechanism, fact

_NO_TIME = fact("It gives the app no run time.", "live-activity.gives-no-run-time")
_NOT_THE_APP = fact(
    "Not the app's: the widget extension is woken to draw.", "live-activity-push.push-renders-without-the-app"
)
_STORY = fact("no: it is a picture", "live-activity.gives-no-run-time")
_NOT_CHECKED = fact("No claim says it; in the model it still arrives.")

ROWS = (
    Mechanism(
        name="Live Activity",
        first_claim="live-activity.starts-in-foreground",
        who_starts=(fact("The app in the foreground, a LiveActivityIntent, a push, or a scheduled start.", "live-activity.starts-in-foreground"),),
        whose_process=(_NO_TIME,),
        how_long=(
            fact("Active for {live-activity.active-limit}.", "live-activity.active-limit"),
            fact("After its end it stays on the Lock Screen for {live-activity.lock-screen-limit}.", "live-activity.lock-screen-limit"),
        ),
        force_quit=(fact("It stays with its last content, developers report.", "live-activity.survives-force-quit"),),
        can=(
            fact("Show what it was told, and that it is out of date after its stale date.", "live-activity.stale-date"),
            fact("Move timer texts and bars without code of the app.", "live-activity.timer-views-move-without-code"),
        ),
        cannot=(
            fact("Bring a process: a process may bring a picture, never the other way.", "live-activity.picture-never-causes-process"),
            fact("Use the network.", "live-activity.has-no-network"),
        ),
        story=_STORY,
        snippets=("card_versions", "swoop", "card_rules", "card_lifetime", "card_stale_date", "card_after_its_app", "timer_text", "timer_bar"),
        apple=(
            ("Activity.request(attributes:content:pushType:)", "app.activities.request"),
            ("ActivityAuthorizationInfo.areActivitiesEnabled", "app.activities.are_activities_enabled"),
            ("ActivityAuthorizationInfo.frequentPushesEnabled", "app.activities.frequent_pushes_enabled"),
            ("Activity.update(_:)", "activity_kit.Activity.update"),
            ("Activity.end(_:dismissalPolicy:)", "activity_kit.Activity.end"),
            ("Activity.activityState", "activity_kit.Activity.activity_state"),
        ),
        files=("activity_kit", "activity_store", "activity_card", "activity_settings", "update_budget"),
    ),
    Mechanism(
        name="Live Activity push: update and end",
        first_claim="live-activity-push.payload",
        who_starts=(fact("The server; the push says start, update or end.", "live-activity-push.payload"),),
        whose_process=(_NOT_THE_APP,),
        how_long=(
            _NO_TIME,
            fact("Pushes of the higher priority count against an hourly budget, and no number for it is published.", "live-activity-push.priority-and-budget", "live-activity-push.budget-number"),
        ),
        force_quit=(_NOT_CHECKED,),
        can=(
            fact("Show what the server has received.", "live-activity-push.server-can-report-honestly"),
            fact("Set a stale date and a dismissal date.", "live-activity-push.can-set-stale-and-dismissal-date"),
        ),
        cannot=(fact("Wake the app.", "live-activity-push.push-renders-without-the-app"),),
        story=fact("no: it reports one", "live-activity-push.server-can-report-honestly"),
        snippets=("server_push", "server_budget", "server_frequent_updates", "server_offline", "server_ends_what_stopped"),
        not_shown="It came with Live Activities; it needs one that has started.",
        files=("live_activity_push", "update_budget"),
    ),
    Mechanism(
        name="Live Activity push: start",
        first_claim="live-activity-push.push-to-start",
        who_starts=(
            fact("The server.", "live-activity-push.push-to-start"),
            fact("The push must contain an alert.", "live-activity-push.push-to-start-needs-an-alert"),
        ),
        whose_process=(fact("The app is woken and gets some background run time.", "live-activity-push.push-to-start-wakes-the-app"),),
        how_long=(
            fact("How much is not documented; in the model {model.wake-run-time}.", "model.wake-run-time"),
            fact("An Apple engineer's number of starts in a short time: {live-activity-push.push-to-start-budget}.", "live-activity-push.push-to-start-budget"),
        ),
        force_quit=(fact("Not known; in the model the card starts, and the app is not woken."),),
        can=(fact("Start a card and wake the app.", "live-activity-push.push-to-start-wakes-the-app"),),
        cannot=(fact("Use the token that updates a running one: it has a token of its own.", "live-activity-push.push-to-start-has-its-own-token"),),
        story=fact("no: a short wake-up, in the model"),
        snippets=("server_start", "server_start_budget"),
        files=("live_activity_push",),
    ),
    Mechanism(
        name="Live Activity, scheduled",
        first_claim="live-activity.scheduled-start",
        who_starts=(
            fact("The app gives a time; the system starts the card then.", "live-activity.scheduled-start"),
            fact("It needs an alert.", "live-activity.scheduled-start-needs-an-alert"),
        ),
        whose_process=(_NO_TIME,),
        how_long=(fact("From its start on as any Live Activity: active for {live-activity.active-limit}.", "live-activity.active-limit"),),
        force_quit=(fact("Not known; in the model it starts all the same."),),
        can=(fact("Start at a given time.", "live-activity.scheduled-start"),),
        cannot=(fact("Begin the work that it announces.", "live-activity.gives-no-run-time"),),
        story=_STORY,
        snippets=("card_scheduled",),
        files=("activity_kit", "activity_store"),
    ),
    Mechanism(
        name="Broadcast",
        first_claim="live-activity-push.broadcast",
        who_starts=(fact("The server, for all who subscribe to a channel.", "live-activity-push.broadcast"),),
        whose_process=(_NOT_THE_APP,),
        how_long=(_NO_TIME,),
        force_quit=(_NOT_CHECKED,),
        can=(fact("Update the cards of all subscribers with one push.", "live-activity-push.broadcast"),),
        cannot=(fact("Start a card.", "live-activity-push.broadcast-cannot-start"),),
        story=_STORY,
        snippets=("server_broadcast",),
        files=("live_activity_push",),
    ),
)  # fmt: skip
"""Live Activities."""
