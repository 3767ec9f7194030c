"""The person switches Live Activities off for the app, and the app asks before it offers one.

Claims: live-activity.can-be-switched-off
"""

from afterswipe import ActivityAuthorizationError, Phone


async def app_main(app):
    print(f"  enabled: {app.activities.are_activities_enabled}")
    try:
        app.activities.request("Posting your story", text="sending")
    except ActivityAuthorizationError as refused:
        print(f"  {refused}")


for allowed in (True, False):
    print(f"Live Activities {'on' if allowed else 'off'} in Settings:")
    phone = Phone(ios="18")
    phone.live_activities.allow(allowed)
    phone.open(app_main)
    print(f"  cards on the Lock Screen: {len(phone.lock_screen().cards)}")
