"""What a card's text tells: that its work waits or has stopped, how far it is. Words are read only here.

What is not read here, in another language for instance, the app's code says itself: `activity.means`.
"""

import re
from functools import cache

GOES_ON, WAITS, STOPPED, AGAIN = "goes on", "waits", "stopped", "goes on again"
"""What can be so of a card's work; the last of a gap only, where less has arrived than the card says."""

_WHEN = "(?:when|once|as soon as|after|if|on|over|at|later|tonight|tomorrow|with|without)"
_BY_HAND = r"(?:open (?:the )?\w+|tap) to (?:resume|continue|go on|finish|try|retry|send|post|upload)"
_NO_MORE = "(?:paused|interrupted|suspended|stalled|(?:no longer|not) (?:active|running|uploading|posting|sending|syncing)|pausiert|angehalten)"
_WAITS = re.compile(
    rf"\b(?:a?waiting|waits|queued?|on hold|held|holding|standing by|pending|scheduled|deferred|delayed|postponed|offline|{_NO_MORE})\b"
    r"|\b(?:up next|in line|not (?:yet|started)|ready to|starting soon|not connected|(?:re)?connecting|retry(?:ing)? (?:in|later)|unreachable)\b"
    r"|\b(?:no|needs(?: an?)?|requires|not on) (?:network|connection|internet|wi-?fi|power|signal)\b|\b(?:wi-?fi|internet) (?:is )?required\b"
    r"|\bconnect to .*\bto (?:continue|resume|finish|start)\b|keine verbindung|esperando|aguardando"
    rf"|\bwill (?:go on|start|continue|resume|restart|retry)\b|\bwill (?:be )?\w+\b.*\b{_WHEN}\b"
    rf"|\b(?:resum(?:es|ing)|continu(?:es|ing)|starts|begins|goes on|retries|uploads|sends|posts|syncs|try(?:ing)? again) (?:again |automatically )?{_WHEN}\b"
    rf"|{_BY_HAND}|\bwartet?\b|warteschlange|geplant|fortgesetzt|en (?:attente|pause|cola|espera)|in attesa"
)
_STOPPED = re.compile(
    r"(?:\bnot|n\Wt|\bcannot|\bunable to) (?:be )?(?:been )?(?:post|sen[dt]|upload|sav|sync|finish|done|load|complet|deliver)"
    rf"|\b(?:failed|stopped|ended|cancell?ed|aborted|terminated|rejected|refused|denied|gave up|went wrong|timed out|lost|incomplete|{_NO_MORE})\b"
    r"|(?<!no )\berrors?\b|\b(?:out of|no|not enough) (?:storage|space)\b|\bstorage (?:is )?full\b|\bnothing is (?:being )?\w+(?:ed|ing)\b"
    rf"|\b{_BY_HAND}|\bresumes when you\b|\btry again\b(?! {_WHEN})|fehlgeschlagen|abgebrochen|gestoppt|nicht (?:hochgeladen|gesendet)|échec|non riuscito"
)
_WORKS = re.compile(
    r"(?:^|[^\w\s%]) *(?:re)?(?:upload|post|send|sync|download|process|export|render|sav|copy|shar|publish|import)\w*ing\b"
)
_BESIDE = re.compile(
    r"a?wait(?:ing|s) for (?:the |an? |its )?(?:server|answer|response|reply|confirmation)"
    r"|\b(?:\d+|next|others?|the rest) (?:more |is |are |files? )?(?:waiting|queued|in (?:the )?queue|pending|scheduled|paused|failed)"
    r"|\b(?:failed|scheduled|pending|queued|paused|cancell?ed|lost|error) (?!on|for|until|by|because|while|\W)"
)
"""What is no wait and no end beside a word that the work goes on: a part of it, its rest, its things."""

_OVER = "(?:done|posted|sent|uploaded|finished|completed?|synced|saved|delivered|published|fertig|abgeschlossen|terminé|listo|completado)"
_DONE = re.compile(
    rf"\W*(?:(?:all |your \w+ (?:is|was|has been) )?{_OVER}\b(?! in \d)"
    rf"|(?:(?!(?:not?|never|nothing|almost|nearly|half|partly|only|last|be|will|when|until|if|\w+ing)\b)[^\W\d]+ ){{1,4}}{_OVER}\W*$)"
)
_NUMBER = r"(\d+(?:\.\d+)?)"
_SHARE = re.compile(rf"{_NUMBER} ?%")
_PART = re.compile(rf"(?<![\d/]){_NUMBER} ?([kmg]?)b? ?(?:of|von|de|sur|/) ?{_NUMBER}(?![\d/]) ?([kmg]?)(b?)")


@cache
def told_by(text: str) -> list[str]:
    """What a text tells instead of that the work goes on: that it waits, that it has stopped, or both."""
    words = " ".join(text.lower().replace("\u2011", "-").split())  # Apple's own Wi-Fi has another hyphen
    words = _BESIDE.sub("", words) if _WORKS.search(words) else words
    return [word for word, signs in ((WAITS, _WAITS), (STOPPED, _STOPPED)) if signs.search(words)]


@cache
def figure(text: str) -> tuple[float, float] | None:
    """How far the work is by a text, 0.0 to 1.0, and how much is open: `45 %`, `3 of 5`, `27 MB of 60 MB`."""
    words = text.lower().replace(",", ".")
    if share := _SHARE.search(words):
        return min(1.0, float(share[1]) / 100), 0.0
    if (part := _PART.search(words)) is None or not float(part[3]):
        return (1.0, 0.0) if _DONE.match(words) and not told_by(text) else None
    power = " kmg".find(part[2] or part[4] or " ") - " kmg".find(part[4] or " ")
    told = float(part[1]) * 1000**power / float(part[3])
    return (told, 0.0 if part[5] else 1 / float(part[3])) if told <= 1 else None
