"""Eleven ways to post the same story of 60 MB: the person leaves after two seconds and is back after an hour.

A table of this model's rules, not a measurement.
Claims: background-assertion.duration, background-processing.runs-when-idle,
background-urlsession.another-process-moves-the-bytes, background-urlsession.chunks-one-by-one-is-the-worst-case,
background-urlsession.enqueue-all-chunks-up-front, background-urlsession.rate-limiter-doubles,
live-activity-push.server-can-report-honestly, long-running-intent.extends-the-limit,
url-session.default-stops-with-the-app, model.comparison-back-after, model.comparison-leaves-after,
model.phone-idle-after, model.server-push-step, model.story-part, model.story-size
"""

from afterswipe.story import table

print(table())
