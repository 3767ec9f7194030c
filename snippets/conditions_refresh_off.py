"""Background App Refresh is switched off while an upload runs: the system may cancel it.

How many times it does is not documented; the model draws lots, one for each phone.
Claims: system-conditions.refresh-off-may-cancel-transfers, model.refresh-off-cancels-share
"""

from collections import Counter

from afterswipe import MB, Phone


async def post_story(app):
    app.background_url_session.upload("story.mov", size=60 * MB)


outcomes = Counter()
for seed in range(20):
    phone = Phone(ios="18", seed=seed)
    phone.open(post_story)
    phone.wait(seconds=5)
    phone.swipe_up()
    phone.conditions.background_app_refresh = False
    phone.wait(minutes=5)
    outcomes[phone.truth().transfers[0].outcome] += 1
for outcome, count in sorted(outcomes.items()):
    print(f"{count} of 20 phones: {outcome}")
