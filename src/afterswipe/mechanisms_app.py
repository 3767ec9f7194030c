"""The rows of the mechanism table for what an app starts itself: extra time and tasks."""

from .mechanism import Mechanism, fact

UNSETTLED = fact("Not settled in what was read.", "force-quit.pushes-and-intents-unsettled")
"""What a force quit does to several mechanisms: nobody has published it."""

ROWS = (
    Mechanism(
        name="Background task assertion",
        first_claim="background-assertion.is-not-a-task",
        who_starts=(
            fact("The app.", "background-assertion.is-not-a-task"),
            fact("An app extension uses an expiring activity instead (since iOS {background-assertion.expiring-activity-warns:since}).", "background-assertion.extensions-use-expiring-activity"),
        ),
        whose_process=(fact("The app's, which is not suspended meanwhile.", "background-assertion.is-not-a-task"),),
        how_long=(
            fact("{background-assertion.duration} since iOS {background-assertion.duration:since}.", "background-assertion.duration"),
            fact("Apple documents no number.", "background-assertion.duration-is-not-documented"),
            fact("On older systems {background-assertion.duration-ios-7}, before that {background-assertion.duration-ios-4}.", "background-assertion.duration-ios-7", "background-assertion.duration-ios-4"),
            fact("The clock starts when the app goes to the background.", "background-assertion.clock-starts-in-background"),
        ),
        force_quit=(fact("No claim is about an assertion and a force quit; in the model the process ends, and its time with it."),),
        can=(fact("Give time to render a file that a background session then sends.", "story-upload.recipe-before-ios-26"),),
        cannot=(
            fact("Last longer with a second assertion.", "background-assertion.time-is-shared"),
            fact("Be left open: iOS terminates the app.", "background-assertion.must-be-ended"),
        ),
        story=fact("only what fits into the time", "background-assertion.duration"),
        snippets=("assertion_history", "story_upload_assertion", "assertion_rules", "expiring_activity"),
        not_shown="The model begins with iOS 4, and the assertion came with it.",
        apple=(
            ("UIApplication.beginBackgroundTask(withName:expirationHandler:)", "app.begin_background_task"),
            ("UIApplication.endBackgroundTask(_:)", "app.end_background_task"),
            ("UIApplication.backgroundTimeRemaining", "app.background_time_remaining"),
            ("ProcessInfo.performExpiringActivity(withReason:using:)", "app.perform_expiring_activity"),
        ),
        files=("background_assertion",),
    ),
    Mechanism(
        name="Background app refresh",
        first_claim="background-refresh.duration",
        who_starts=(
            fact("The system, from the person's pattern of use of the app; the app has submitted a request.", "background-refresh.follows-usage"),
            fact("One request brings at most one launch.", "background-refresh.one-request-one-launch"),
        ),
        whose_process=(fact("The app's, launched by the system.", "background-refresh.duration"),),
        how_long=(fact("{background-refresh.duration} for each launch.", "background-refresh.duration"),),
        force_quit=(fact("Does not run until the person opens the app.", "force-quit.stops-background-tasks"),),
        can=(fact("Use a launch of at most that time, when the system chooses.", "background-refresh.duration", "background-refresh.follows-usage"),),
        cannot=(
            fact("Begin at a set time: the earliest date is a lower bound.", "background-tasks.earliest-begin-is-a-lower-bound"),
            fact("Count on a launch: an app that is rarely used may never get one.", "background-refresh.may-never-run"),
            fact("Run with Background App Refresh switched off.", "system-conditions.background-app-refresh-off"),
        ),
        story=fact("no: not now, and perhaps never", "background-refresh.follows-usage", "background-refresh.may-never-run"),
        snippets=("refresh_launches", "refresh_obstacles", "refresh_rules"),
        apple=(
            ("BGTaskScheduler.register(forTaskWithIdentifier:using:launchHandler:)", "app.task_scheduler.register"),
            ("BGTaskScheduler.submit(_:)", "app.task_scheduler.submit"),
            ("BGTaskScheduler.submitTaskRequest(_:completionHandler:)", "app.task_scheduler.submit_task_request"),
            ("BGTaskScheduler.cancel(taskRequestWithIdentifier:)", "app.task_scheduler.cancel"),
            ("BGTaskScheduler.cancelAllTaskRequests()", "app.task_scheduler.cancel_all_task_requests"),
            ("BGTaskScheduler.pendingTaskRequests()", "app.task_scheduler.pending_task_requests"),
            ("BGAppRefreshTaskRequest", "background_tasks.BGAppRefreshTaskRequest"),
            ("BGAppRefreshTask", "background_tasks.BGAppRefreshTask"),
            ("BGTask.setTaskCompleted(success:)", "background_tasks.BGTask.set_task_completed"),
        ),
        files=("background_tasks", "task_scheduler"),
    ),
    Mechanism(
        name="Background processing",
        first_claim="background-processing.runs-when-idle",
        who_starts=(
            fact("The system, while the device is idle; the app has submitted a request.", "background-processing.runs-when-idle"),
            fact("The app submitted it in the foreground, or was in recent use.", "background-processing.eligible-if-in-recent-use"),
        ),
        whose_process=(fact("The app's; several tasks of one launch share the time.", "background-tasks.time-is-shared-per-launch"),),
        how_long=(
            fact("Several minutes, in Apple's words.", "background-processing.lasts-minutes"),
            fact("It ends when the person starts using the device.", "background-processing.ends-when-the-person-returns"),
            fact("In the model {model.processing-run-time}.", "model.processing-run-time"),
        ),
        force_quit=(fact("Disputed: by the older answer it does not run until the person opens the app, and the model follows that one.", "force-quit.stops-processing-tasks"),),
        can=(fact("Do minutes of work on an idle phone, on request only with power and a network.", "background-processing.lasts-minutes", "background-processing.power-and-network-conditions"),),
        cannot=(
            fact("Finish what a person waits for: it ends when they use the device.", "background-processing.ends-when-the-person-returns"),
            fact("Run before the first unlock after a restart.", "background-tasks.not-before-first-unlock"),
        ),
        story=fact("no: only once the phone is idle", "background-processing.runs-when-idle"),
        snippets=("processing_overnight", "processing_eligible"),
        apple=(
            ("BGProcessingTaskRequest", "background_tasks.BGProcessingTaskRequest"),
            ("BGProcessingTask", "background_tasks.BGProcessingTask"),
        ),
        files=("background_tasks", "task_scheduler"),
    ),
    Mechanism(
        name="Continued processing",
        first_claim="continued-processing.ios-and-ipados-only",
        who_starts=(
            fact("A person's action, such as a tap.", "continued-processing.needs-a-persons-action"),
            fact("The app submits it in the foreground.", "continued-processing.starts-in-foreground"),
            fact("By default it waits in a queue where it cannot start at once; with the strategy fail it is refused.", "continued-processing.default-strategy-is-queue", "continued-processing.fail-strategy"),
        ),
        whose_process=(
            fact("The app's, in the model."),
            fact("The system shows its progress on a card that the app cannot style or hide.", "continued-processing.system-shows-the-card", "continued-processing.card-belongs-to-the-system"),
        ),
        how_long=(
            fact("Apple's pages read for this guide give no maximum; the model sets none.", "continued-processing.maximum-run-time"),
            fact("It has to report progress, and is expired where it reports none.", "continued-processing.must-report-progress", "continued-processing.no-progress-is-expired"),
            fact("An Apple engineer's unpublished number for a stall: {continued-processing.stall-threshold}.", "continued-processing.stall-threshold"),
            fact("One log on iOS {continued-processing.runs-for-minutes-on-a-locked-phone:since} shows minutes of work on a locked phone.", "continued-processing.runs-for-minutes-on-a-locked-phone"),
            fact("A slow one makes the system ask the person.", "continued-processing.slow-progress-prompts"),
        ),
        force_quit=(
            fact("Cancels it without telling the app.", "force-quit.cancels-continued-processing"),
            fact("Cancels requests that still wait, too.", "force-quit.cancels-queued-continued-processing"),
        ),
        can=(
            fact("Publish what the person posted: Apple's own example.", "continued-processing.publishing-is-a-model-use"),
            fact("Be paired with a background session, so that its end does not lose the transfer.", "continued-processing.pair-with-background-urlsession"),
        ),
        cannot=(
            fact("Start in the background.", "continued-processing.cannot-start-from-background"),
            fact("Serve for maintenance or backups, by Apple's advice.", "continued-processing.not-for-maintenance"),
            fact("Tell a person's stop from the system's end.", "continued-processing.expiry-gives-no-reason"),
        ),
        story=fact("yes, while it makes progress", "continued-processing.publishing-is-a-model-use", "continued-processing.no-progress-is-expired"),
        snippets=("continued_story", "continued_rules", "continued_question", "continued_queue", "continued_end", "continued_paired", "continued_two_cards"),
        apple=(
            ("BGContinuedProcessingTaskRequest", "continued_processing.BGContinuedProcessingTaskRequest"),
            ("BGContinuedProcessingTask", "continued_processing.BGContinuedProcessingTask"),
            ("BGContinuedProcessingTask.updateTitle(_:subtitle:)", "continued_processing.BGContinuedProcessingTask.update_title"),
            ("Progress", "continued_processing.Progress"),
        ),
        files=("continued_processing", "continued_scheduler", "continued_card"),
    ),
    Mechanism(
        name="Health research task",
        first_claim="background-processing.health-research-class",
        who_starts=(fact("It is not modelled. It is open only to health research apps with an entitlement.", "background-processing.health-research-class"),),
        whose_process=(fact("No claim of this guide says it; not modelled."),),
        how_long=(fact("No claim of this guide says it; not modelled."),),
        force_quit=(fact("No claim of this guide says it; not modelled."),),
        can=(fact("Serve health research.", "background-processing.health-research-class"),),
        cannot=(fact("Be used by any other app.", "background-processing.health-research-class"),),
        story=fact("no: not open to such an app", "background-processing.health-research-class"),
        not_shown="It is not modelled: an app that posts stories cannot have it.",
    ),
)  # fmt: skip
"""Extra time and tasks."""
