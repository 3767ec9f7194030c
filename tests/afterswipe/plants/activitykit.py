"""ActivityKit's rules, taken back."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

from afterswipe.device.network import Network
from afterswipe.frameworks.activitykit.app import Activities, Activity
from afterswipe.frameworks.activitykit.card import APP, LIVE, ActivityState, Card
from afterswipe.frameworks.activitykit.pushes import IMMEDIATE, APNs, LiveActivityPushes
from afterswipe.frameworks.activitykit.system import ActivityStore, LiveActivities
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import Event
from afterswipe.kernel.record import CardChanged

from . import Patch, plant
from .kernel import nobody_has_to_run


@plant("live-activity.updates-need-run-time")
def an_app_without_run_time_changes_its_card(patch: Patch) -> None:
    nobody_has_to_run(patch, "live-activity.updates-need-run-time")


def _cards_go(patch: Patch, by_person: bool) -> None:
    def planted(cards: ActivityStore, change) -> None:
        if (change.event is Event.FORCE_QUIT) is by_person:
            for card in list(cards):
                cards.dismiss(card.number, by="system")

    patch.setattr(ActivityStore, "_process_ended", planted)


@plant("live-activity.survives-force-quit")
def cards_go_with_a_force_quit(patch: Patch) -> None:
    _cards_go(patch, True)


@plant("live-activity.survives-its-process")
def cards_go_with_their_process(patch: Patch) -> None:
    _cards_go(patch, False)


@plant("live-activity.reboot-persistence")
def a_restart_with_a_card_is_answered(patch: Patch) -> None:
    patch.setattr(ActivityStore, "_titles", lambda *_: [])


@plant("live-activity.starts-in-foreground")
def a_card_starts_anywhere(patch: Patch) -> None:
    patch.setattr(Activities, "_must_be_visible", lambda _: None)


@plant("intents.live-activity-intent")
def an_intent_starts_no_card_in_the_background(patch: Patch) -> None:
    patch.setattr(Activities, "allow_start_for", lambda *_: nullcontext())


@plant("live-activity.can-be-switched-off")
def live_activities_are_always_allowed(patch: Patch) -> None:
    patch.setattr(LiveActivities, "allow", lambda *_: None)


@plant("live-activity.number-is-limited")
def there_may_be_any_number_of_cards(patch: Patch) -> None:
    patch.setattr(ActivityStore, "_must_have_room", lambda _: None)


@plant("live-activity.scheduled-counts-toward-the-limit")
def scheduled_cards_do_not_count(patch: Patch) -> None:
    patch.setattr(ActivityStore, "_counted", LIVE)


@plant("live-activity.scheduled-start-needs-an-alert")
def a_scheduled_start_goes_without_an_alert(patch: Patch) -> None:
    _alert_is_given(patch, Activities, "request")


@plant("live-activity-push.push-to-start-needs-an-alert")
def a_start_by_push_goes_without_an_alert(patch: Patch) -> None:
    _alert_is_given(patch, LiveActivityPushes, "start")


def _alert_is_given(patch: Patch, of: type, name: str) -> None:
    start = getattr(of, name)

    def planted(self, title: str, *, alert: str = "", **more):
        return start(self, title, alert=alert or "?", **more)

    patch.setattr(of, name, planted)


@plant("live-activity.listed-is-not-alive")
def ended_cards_are_not_listed(patch: Patch) -> None:
    _listed(patch, lambda card, _: card.state is not ActivityState.ENDED)


@plant("live-activity.reconcile-at-launch")
def cards_of_an_earlier_launch_are_not_listed(patch: Patch) -> None:
    def own(card: Card, activities: Activities) -> bool:
        changes = activities._cards._record.of(CardChanged)
        first = next(change.at for change in changes if change.activity == card.number)
        return first >= activities._process.launched_at

    _listed(patch, own)


def _listed(patch: Patch, condition) -> None:
    every = Activities.__iter__

    def planted(activities: Activities) -> Iterator[Activity]:
        return (activity for activity in every(activities) if condition(activity._card, activities))

    patch.setattr(Activities, "__iter__", planted)


@plant("continued-processing.failed-card-cannot-be-cleared")
def a_failed_card_of_the_system_is_listed(patch: Patch) -> None:
    _the_systems_too(patch, failed=True)


@plant("continued-processing.card-belongs-to-the-system")
def a_card_of_the_system_is_listed(patch: Patch) -> None:
    _the_systems_too(patch, failed=False)


def _the_systems_too(patch: Patch, failed: bool) -> None:
    own = Activities.__iter__

    def planted(activities: Activities) -> Iterator[Activity]:
        yield from own(activities)
        for card in list(activities._cards):
            if card.kind != APP and card.on_screen and (card.state is ActivityState.ENDED) is failed:
                yield Activity(activities._process, activities._cards, card.number)

    patch.setattr(Activities, "__iter__", planted)


@plant("live-activity.fast-local-updates-are-dropped")
def no_update_comes_too_fast(patch: Patch) -> None:
    patch.setattr(ActivityStore, "_comes_too_fast", lambda *_: False)


@plant("live-activity.updates-after-the-end-are-ignored")
def an_update_brings_an_ended_card_back(patch: Patch) -> None:
    update = ActivityStore.update

    def planted(cards: ActivityStore, number: int, content, by: str, **more) -> None:
        update(cards, number, content, by, **more)
        card = cards.get(number)
        if card.kind == APP and card.state is ActivityState.ENDED:
            cards._put(card.changed(card.title, content, cards._clock.now), by)

    patch.setattr(ActivityStore, "update", planted)


@plant("live-activity.removal-dismisses")
def a_card_cannot_be_removed(patch: Patch) -> None:
    dismiss = ActivityStore.dismiss

    def planted(cards: ActivityStore, number: int, by: str) -> None:
        if by != "person":
            dismiss(cards, number, by)

    patch.setattr(ActivityStore, "dismiss", planted)


@plant("live-activity.transient-style")
def a_transient_card_stays(patch: Patch) -> None:
    patch.setattr(ActivityStore, "collapsed", lambda *_: None)


@plant("live-activity.alert")
def no_alert_lights_the_screen_up(patch: Patch) -> None:
    patch.setattr(ActivityStore, "_light_up", lambda *_: None)


@plant("live-activity.timer-views-move-without-code")
def a_timer_stands_still(patch: Patch) -> None:
    put = ActivityStore._put

    def planted(cards: ActivityStore, card: Card, by: str) -> None:
        if card.content.timer is not None:
            still = replace(card.content, timer=None, progress=card.progress(cards._clock.now))
            card = replace(card, content=still)
        put(cards, card, by)

    patch.setattr(ActivityStore, "_put", planted)


@plant("live-activity-push.server-can-report-honestly")
def no_push_changes_a_card(patch: Patch) -> None:
    update = ActivityStore.update

    def planted(cards: ActivityStore, number: int, content, by: str, **more) -> None:
        if by != "push":
            update(cards, number, content, by, **more)

    patch.setattr(ActivityStore, "update", planted)


@plant("live-activity-push.can-set-stale-and-dismissal-date")
def a_push_sets_no_date(patch: Patch) -> None:
    patch.setattr(LiveActivityPushes, "_date", lambda *_: None)


@plant("live-activity-push.push-to-start-has-its-own-token")
def a_server_has_always_a_token(patch: Patch) -> None:
    patch.setattr(LiveActivityPushes, "_must_have_a_token", lambda _: None)


@plant("live-activity-push.push-to-start-wakes-the-app")
def a_start_by_push_wakes_nobody(patch: Patch) -> None:
    wake = Host.wake

    def planted(host: Host, reason: str, *more) -> bool:
        return reason != "start by push" and wake(host, reason, *more)

    patch.setattr(Host, "wake", planted)


@plant("live-activity-push.broadcast-cannot-start")
def a_broadcast_starts_a_card(patch: Patch) -> None:
    broadcast = LiveActivityPushes.broadcast

    def planted(pushes: LiveActivityPushes, channel: str, *, event: str = "update", **more) -> None:
        if event == "start":
            pushes.start(channel, alert=channel, **more)
        else:
            broadcast(pushes, channel, event=event, **more)

    patch.setattr(LiveActivityPushes, "broadcast", planted)


@plant("live-activity-push.priority-and-budget")
def every_push_is_urgent(patch: Patch) -> None:
    send = LiveActivityPushes._send

    def planted(pushes: LiveActivityPushes, number: int, _priority: int, arrive, *ends) -> None:
        send(pushes, number, IMMEDIATE, arrive, *ends)

    patch.setattr(LiveActivityPushes, "_send", planted)


@plant("live-activity-push.over-budget-is-throttled")
def no_push_is_held_back(patch: Patch) -> None:
    patch.setattr(LiveActivityPushes, "_over_budget", lambda _: 0)


@plant("live-activity-push.frequent-updates-key")
def a_key_makes_no_difference(patch: Patch) -> None:
    patch.setattr(LiveActivities, "declare_frequent_updates", lambda _: None)


@plant("live-activity-push.frequent-updates-switch-ends-activities")
def a_switch_ends_nothing(patch: Patch) -> None:
    patch.setattr(LiveActivities, "allow_frequent_pushes", lambda *_: None)


@plant("model.push-waits-for-network")
def a_push_arrives_without_a_network(patch: Patch) -> None:
    patch.setattr(Network, "online", True)


@plant("live-activity-push.new-token-gives-run-time")
def a_new_token_wakes_nobody(patch: Patch) -> None:
    def planted(cards: ActivityStore, number: int) -> None:
        cards.tokens.make(number)

    patch.setattr(ActivityStore, "new_token", planted)


@plant("live-activity-push.apns-status-codes")
def an_old_token_goes_on(patch: Patch) -> None:
    send = APNs.send

    def planted(apns: APNs, token: str, **push) -> object:
        number = apns._cards.tokens.owner[token]
        return send(apns, apns._cards.tokens.current[number], **push)

    patch.setattr(APNs, "send", planted)
