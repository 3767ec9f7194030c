"""The rows of the mechanism table for transfers and intents."""

from .mechanism import Mechanism, fact
from .mechanisms_app import UNSETTLED

_CANCELS = fact(
    "Cancels all transfers of the app's background sessions.", "force-quit.cancels-background-transfers"
)
_NO_RELAUNCH = fact(
    "The app is not launched for them until the person opens it.", "force-quit.no-relaunch-for-transfers"
)
_DAEMON = fact(
    "A process outside the app moves the bytes; the app may be suspended.",
    "background-urlsession.another-process-moves-the-bytes",
)
_DEADLINE = fact(
    "By default a transfer may take {background-urlsession.resource-timeout}.",
    "background-urlsession.resource-timeout",
)
_LIMIT = fact("{intents.time-limit}, as for any app intent.", "intents.time-limit")

ROWS = (
    Mechanism(
        name="URLSession, default",
        first_claim="url-session.default-stops-with-the-app",
        who_starts=(fact("The app, in the model."),),
        whose_process=(fact("The app's, in the model."),),
        how_long=(fact("Until the app is suspended, developers report.", "url-session.default-stops-with-the-app"),),
        force_quit=(fact("In the model it ends with the process; no claim says it by name."),),
        can=(fact("From iOS {background-urlsession.resumable-uploads:since}, resume an interrupted upload, if the server supports the protocol.", "background-urlsession.resumable-uploads"),),
        cannot=(fact("Go on while the app is suspended.", "url-session.default-stops-with-the-app"),),
        story=fact("no: it stops with the app", "url-session.default-stops-with-the-app"),
        snippets=("story_upload", "coming_back", "background_upload_resume_data"),
        not_shown="Before iOS 7 the model takes its predecessor NSURLConnection, which runs in the app's process as well.",
        apple=(
            ("URLSession.uploadTask(with:fromFile:)", "app.url_session.upload"),
            ("URLSession.uploadTask(withResumeData:)", "app.url_session.upload_with_resume_data"),
            ("URLError.uploadTaskResumeData", "url_session.UploadTask.upload_task_resume_data"),
        ),
        files=("url_session", "resumable_uploads"),
    ),
    Mechanism(
        name="Background URLSession, a whole file",
        first_claim="background-urlsession.another-process-moves-the-bytes",
        who_starts=(fact("The app, best in the foreground: what it starts in the background is discretionary.", "background-urlsession.background-start-is-discretionary"),),
        whose_process=(_DAEMON, fact("The app is resumed or launched when all is done.", "background-urlsession.wakes-the-app-when-all-is-done")),
        how_long=(_DEADLINE,),
        force_quit=(_CANCELS, _NO_RELAUNCH),
        can=(
            fact("Upload while the app is suspended, and after the system has terminated it.", "background-urlsession.survives-system-termination"),
            fact("Wait for a network and try again by itself.", "background-urlsession.waits-for-connectivity", "background-urlsession.retries-by-itself"),
        ),
        cannot=(
            fact("Upload anything but a file once the app exits.", "background-urlsession.uploads-from-a-file"),
            fact("Render the file: that takes run time of the app.", "story-upload.rendering-needs-run-time"),
            fact("Report progress to a suspended app.", "background-urlsession.no-progress-while-suspended"),
        ),
        story=fact("yes, once the file exists", "background-urlsession.another-process-moves-the-bytes", "story-upload.rendering-needs-run-time"),
        snippets=(
            "background_upload_versions", "background_upload", "background_upload_relaunch", "background_upload_force_quit",
            "background_upload_from_data", "background_upload_offline", "background_upload_interrupted", "background_upload_handler",
            "background_upload_sessions", "background_upload_locked", "background_upload_reasons",
        ),
        apple=(
            ("URLSessionConfiguration.background(withIdentifier:)", "app.background_url_session.with_identifier"),
            ("URLSessionConfiguration.identifier", "app.background_url_session.identifier"),
            ("URLSession.uploadTask(with:fromFile:)", "app.background_url_session.upload"),
            ("URLSession.uploadTask(with:from:)", "app.background_url_session.upload_from_data"),
            ("URLSession.downloadTask(with:)", "app.background_url_session.download"),
            ("URLSession.allTasks", "app.background_url_session.tasks"),
            ("URLSession.allTasks, the downloads of them", "app.background_url_session.downloads"),
            ("The completion handler of application(_:handleEventsForBackgroundURLSession:completionHandler:)", "app.complete_wake"),
        ),
        files=("background_urlsession", "transfer_daemon", "transfer"),
    ),
    Mechanism(
        name="Background URLSession, discretionary",
        first_claim="background-urlsession.background-start-is-discretionary",
        who_starts=(fact("The app while it is in the background, always; or the app by choice, in the model.", "background-urlsession.background-start-is-discretionary"),),
        whose_process=(_DAEMON,),
        how_long=(
            fact("The system may hold it back until there is Wi-Fi or power.", "background-urlsession.discretionary-may-wait"),
            fact("In the model one that is started in the background waits {model.discretionary-delay}.", "model.discretionary-delay"),
        ),
        force_quit=(_CANCELS, _NO_RELAUNCH),
        can=(fact("Go on while the app is suspended, at a time that suits the system.", "background-urlsession.another-process-moves-the-bytes", "background-urlsession.discretionary-may-wait"),),
        cannot=(
            fact("Be done by a set time.", "background-urlsession.discretionary-may-wait"),
            fact("Move in Low Power Mode, which pauses such work.", "system-conditions.low-power-mode"),
        ),
        story=fact("later, if the system finds the time", "background-urlsession.discretionary-may-wait"),
        snippets=("background_upload_started_late", "background_upload_discretionary", "background_upload_hints", "conditions_switches"),
        not_shown="It came with background sessions; the row before shows the system that has none.",
        apple=(("URLSessionConfiguration.isDiscretionary", "app.background_url_session.is_discretionary"),),
        files=("discretionary", "transfer_daemon"),
    ),
    Mechanism(
        name="Background URLSession, a chunk for each wake-up",
        first_claim="background-urlsession.chunks-one-by-one-is-the-worst-case",
        who_starts=(fact("The app, each time the system wakes it for the chunk before.", "background-urlsession.chunks-one-by-one-is-the-worst-case"),),
        whose_process=(_DAEMON, fact("Between the chunks it is the app's.", "background-urlsession.wakes-the-app-when-all-is-done")),
        how_long=(
            fact("Each resume in the background delays what the app starts then.", "background-urlsession.each-resume-adds-a-delay"),
            fact("The delay doubles, an Apple engineer wrote long ago; how current systems do it is not known.", "background-urlsession.rate-limiter-doubles", "background-urlsession.rate-limiter-on-current-ios"),
        ),
        force_quit=(_CANCELS, _NO_RELAUNCH),
        can=(fact("Start afresh without a delay after the person has opened the app.", "background-urlsession.delay-resets-in-front"),),
        cannot=(fact("Send many chunks in useful time: hand all over up front instead.", "background-urlsession.chunks-one-by-one-is-the-worst-case", "background-urlsession.enqueue-all-chunks-up-front"),),
        story=fact("no: the worst case", "background-urlsession.chunks-one-by-one-is-the-worst-case"),
        snippets=("chunks_chained", "chunks_reset"),
        not_shown="It is a use of background sessions, which have a row of their own.",
        files=("rate_limiter",),
    ),
    Mechanism(
        name="App intent",
        first_claim="intents.time-limit",
        who_starts=(fact("A tap in a widget or a Live Activity (since iOS {intents.widget-buttons-run-an-intent:since}); in the model also Siri and Shortcuts.", "intents.widget-buttons-run-an-intent"),),
        whose_process=(
            fact("The app's, in the model."),
            fact("Since iOS {intents.execution-targets:since} a developer can choose between the app and an extension, Apple said.", "intents.execution-targets"),
        ),
        how_long=(
            fact("{intents.time-limit}.", "intents.time-limit"),
            fact("Siri may wait less.", "intents.siri-may-wait-shorter"),
        ),
        force_quit=(UNSETTLED,),
        can=(
            fact("Finish what fits into its time.", "intents.time-limit"),
            fact("Since iOS {intents.cancellation-gives-a-reason:since}, be told why it is cancelled.", "intents.cancellation-gives-a-reason"),
        ),
        cannot=(
            fact("Go on after its limit.", "intents.time-limit"),
            fact("Start a Live Activity in the background, unless it is a LiveActivityIntent.", "live-activity.starts-in-foreground"),
        ),
        story=fact("only what fits into the limit", "intents.time-limit"),
        snippets=("intent_time_limit", "intent_cancelled"),
        apple=(("AppIntent", "intents.AppIntent"), ("CancellableIntent", "intents.CancellableIntent")),
        files=("intents",),
    ),
    Mechanism(
        name="LiveActivityIntent",
        first_claim="intents.live-activity-intent",
        who_starts=(fact("A tap, as for any app intent.", "intents.widget-buttons-run-an-intent"),),
        whose_process=(fact("The app's, without opening it.", "intents.live-activity-intent"),),
        how_long=(_LIMIT,),
        force_quit=(UNSETTLED,),
        can=(fact("Start a Live Activity without opening the app.", "intents.live-activity-intent"),),
        cannot=(fact("Get time from that card.", "live-activity.gives-no-run-time"),),
        story=fact("no: a picture, and the limit stays", "live-activity.gives-no-run-time", "intents.time-limit"),
        snippets=("intent_live_activity",),
        apple=(("LiveActivityIntent", "intents.LiveActivityIntent"),),
        files=("intents",),
    ),
    Mechanism(
        name="LongRunningIntent",
        first_claim="long-running-intent.extends-the-limit",
        who_starts=(fact("A tap in a widget, as in Apple's own demo.", "long-running-intent.apple-demo-uploads-photos"),),
        whose_process=(
            fact("The app's, in the model."),
            fact("The system shows the progress on a card with a stop button.", "long-running-intent.system-shows-the-card"),
        ),
        how_long=(
            fact("Past the limit of app intents while it reports progress.", "long-running-intent.extends-the-limit"),
            fact("The maximum is not known, nor how long it may pause.", "long-running-intent.limits-not-documented"),
        ),
        force_quit=(fact("Not known.", "long-running-intent.limits-not-documented"),),
        can=(fact("Upload photos without opening the app, as in Apple's demo.", "long-running-intent.apple-demo-uploads-photos"),),
        cannot=(fact("Count on its time without progress: the system can cancel the extra time.", "long-running-intent.stops-without-progress"),),
        story=fact("yes, while it makes progress", "long-running-intent.apple-demo-uploads-photos", "long-running-intent.stops-without-progress"),
        snippets=("intent_long_running", "intent_not_known"),
        apple=(
            ("LongRunningIntent", "intents.LongRunningIntent"),
            ("LongRunningIntent.performBackgroundTask(options:operation:)", "intents.LongRunningIntent.perform_background_task"),
        ),
        files=("intents",),
    ),
)  # fmt: skip
"""Transfers and intents."""
