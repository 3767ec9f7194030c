"""How many cards an app can have. There is a limit; the number here is the model's own.

Claims: live-activity.number-is-limited, model.live-activities-per-app, live-activity.scheduled-counts-toward-the-limit
"""

from afterswipe import ActivityAuthorizationError, Phone

TRIES = 12


async def many_cards(app):
    started = 0
    try:
        for _ in range(TRIES):
            app.activities.request("Posting your story")
            started += 1
    except ActivityAuthorizationError as refused:
        print(f"{started} started, then {refused}")


async def one_scheduled(app):
    app.activities.request("Later", start=app.now + 3600, alert="It begins")
    started = 0
    try:
        for _ in range(TRIES):
            app.activities.request("Posting your story")
            started += 1
    except ActivityAuthorizationError as refused:
        print(f"1 scheduled and {started} started, then {refused.reason}")


for app_main in (many_cards, one_scheduled):
    Phone(ios="26").open(app_main)
