"""Four ways to post a story, each with the same twelve stories, people and networks drawn by lot.

The lots are the model's own choices: the shares say which way fails more often by its rules, and nothing about real phones.
Claims: force-quit.cancels-background-transfers, url-session.default-stops-with-the-app, model.comparison-chunk,
model.comparison-lasts, model.outage-begins, model.outage-length, model.outage-share, model.person-force-quits,
model.person-is-away, model.person-stays, model.story-size-spread, model.uplink-spread
"""

from afterswipe.story import STRATEGIES, compare

WAYS = ("nothing", "background task assertion", "background session, one file", "full recipe")
SEEDS = range(12)  # more seeds, steadier figures

comparison = compare([way for way in STRATEGIES if way.name in WAYS], seeds=SEEDS)
print(comparison)
