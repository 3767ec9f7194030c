"""Ten people and one upload each: who leaves, locks or swipes the app away decides what becomes of it.

How these people behave is the model's choice, not a finding about anybody.
Claims: model.person-stays, model.person-is-away, model.person-locks, model.person-force-quits
"""

from collections import Counter

from afterswipe import MB, PersonDid, Phone
from afterswipe.story import Person


async def back_up(app):
    if not app.background_url_session.tasks():
        app.background_url_session.upload("film.mov", size=900 * MB)


did, outcomes = Counter(), Counter()
for seed in range(10):
    phone = Phone(ios="18", seed=seed)
    phone.open(back_up)
    Person(seed).follow(phone, hours=1)
    did.update(entry.what for entry in phone.record.of(PersonDid))
    outcomes[phone.truth().transfers[0].outcome] += 1
for what, count in sorted(did.items()):
    print(f"{count:3} x a person {what}")
for outcome, count in sorted(outcomes.items()):
    print(f"{count:3} of 10 uploads: {outcome}")
