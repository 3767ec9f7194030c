"""Every error says whose doing it was and what to do next: one of each, on purpose."""

from afterswipe import (
    ActivityAuthorizationError,
    AfterSwipeError,
    APIError,
    BGAppRefreshTaskRequest,
    BGTaskSchedulerError,
    ClaimError,
    NeverYieldsError,
    NotKnownError,
    Phone,
    UnavailableError,
    URLError,
    UsageError,
    claims,
)

KINDS = (UsageError, UnavailableError, ActivityAuthorizationError, BGTaskSchedulerError, APIError)
KINDS += (NotKnownError, NeverYieldsError, URLError, ClaimError)  # an UnavailableError is an APIError too


async def show_card(app):
    app.activities.request("Posting your story")


async def submit_unknown(app):
    app.task_scheduler.submit(BGAppRefreshTaskRequest("typo"))


async def never_wait(_app):
    [None for _ in iter(int, 1)]


async def upload(app):
    await anext(aiter(app.url_session.upload("film.mov", size=2_000_000_000)))


def run(app, ios="26", prepare=lambda _phone: None):
    phone = Phone(ios=ios)
    prepare(phone)
    phone.open(app)
    phone.wait(minutes=2)


ATTEMPTS = {
    "nothing to open": lambda: Phone().open(),
    "an old system": lambda: run(show_card, ios="15"),
    "cards switched off": lambda: run(show_card, prepare=lambda phone: phone.live_activities.allow(False)),
    "an unknown task": lambda: run(submit_unknown),
    "no network": lambda: run(upload, prepare=lambda phone: phone.network.disconnect()),
    "no way out": lambda: run(never_wait),
    "no such claim": lambda: claims.get("live-activity.keeps-apps-alive"),
}
for what, attempt in ATTEMPTS.items():
    try:
        attempt()
    except AfterSwipeError as error:
        print(f"{what}: {next(kind.__name__ for kind in KINDS if isinstance(error, kind))}\n  {error}")
