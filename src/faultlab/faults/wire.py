"""F01 to F26: what goes wrong between a client and a server that means well."""

from .kind import Dimension, FaultKind

__all__ = ["WIRE"]


WIRE = (
    FaultKind(
        "F01", "416, and the file is complete", Dimension.WIRE,
        "All bytes had arrived before the connection was lost. The request for the rest is answered 416 with the file's total.",
        "The bytes are verified. If they are right the file is taken without another byte; otherwise the partial is deleted and fetched once more.",
        "test_f01_a_complete_partial_is_taken_without_another_byte", naive=True,
    ),
    FaultKind(
        "F02", "416, and the file is shorter now", Dimension.WIRE,
        "The partial is longer than the file on the server, so the range begins behind its end.",
        "The partial is discarded and the file fetched from its start, once.",
        "test_f02_a_partial_longer_than_the_file_is_discarded", naive=True,
    ),
    FaultKind(
        "F03", "The file changed, and the server says so", Dimension.WIRE,
        "Between two requests the file is replaced. The server answers `If-Range` with 200 and the whole new file.",
        "The partial is cut to nothing before the first new byte is written, and the new validator is stored.",
        "test_f03_a_replaced_file_starts_over", naive=True,
    ),
    FaultKind(
        "F04", "The file changed, and the server hides it", Dimension.WIRE,
        "The server ignores `If-Range` and sends the rest of another file with 206.",
        "Validator and total of the answer are compared with the stored ones. One that differs means: start over.",
        "test_f04_a_rest_of_another_file_is_not_appended", naive=True,
    ),
    FaultKind(
        "F05", "200 in answer to a range", Dimension.WIRE,
        "The server ignores `Range` and sends the whole file.",
        "The partial is cut to nothing first. Nothing is appended to it.",
        "test_f05_a_whole_file_is_not_appended", naive=True,
    ),
    FaultKind(
        "F06", "206 from another offset", Dimension.WIRE,
        "`Content-Range` starts before or after the byte that was asked for.",
        "Before: writing goes on at the offset that the answer names. After, or outside the file: start over.",
        "test_f06_a_range_from_another_offset", naive=True,
    ),
    FaultKind(
        "F07", "206 that does not say which bytes", Dimension.WIRE,
        "There is no `Content-Range`, or the body is `multipart/byteranges`.",
        "The answer is not used. The file is fetched with a request without `Range`.",
        "test_f07_a_range_that_does_not_say_which", naive=True,
    ),
    FaultKind(
        "F08", "No strong validator", Dimension.WIRE,
        "The server gives a weak `ETag`, or none.",
        "A weak one is never sent in `If-Range`. A partial is used only if a digest from the feed will verify the whole.",
        "test_f08_without_a_strong_validator", naive=True,
        plain="There is no digest, so the file is fetched from its start.",
    ),
    FaultKind(
        "F09", "A new validator in each answer", Dimension.WIRE,
        "The `ETag` belongs to the request and not to the bytes, as behind some networks of caches.",
        "Starting over is bounded. After that the file is fetched in one go.",
        "test_f09_a_validator_that_changes_each_time", naive=True,
    ),
    FaultKind(
        "F10", "`If-Range` works with dates only", Dimension.WIRE,
        "A cache answers an `ETag` in `If-Range` with 200 and would honour a date.",
        "It is the same as F05, with the bound of F09: start over, and end.",
        "test_f10_if_range_never_matches", naive=True,
        partly="The engine sends no dates in `If-Range`, so a cache that honours a date too early cannot be met.",
    ),
    FaultKind(
        "F11", "Cut short, with a length", Dimension.WIRE,
        "The connection is closed before `Content-Length` bytes have arrived.",
        "What arrived is kept, and the next request asks for the rest.",
        "test_f11_what_arrived_is_not_fetched_again", typical=False,
    ),
    FaultKind(
        "F12", "Cut short, without a length", Dimension.WIRE,
        "The end of the connection is the end of the body, and it comes too early. To the client it looks complete.",
        "Size and digest of the feed decide. What arrived is kept, and the rest is asked for.",
        "test_f12_a_body_without_a_length_is_measured", naive=True,
        plain="Nothing tells that bytes are missing, so it is asked for twice, and kept where both are the same. Cut twice at the same byte, it is believed.",
    ),
    FaultKind(
        "F13", "A reset in the body", Dimension.WIRE,
        "The connection is reset in the middle of the body.",
        "It is the same as F11. Every error of the transport is tried again, not a chosen few.",
        "test_f13_a_reset_keeps_what_arrived", naive=True,
    ),
    FaultKind(
        "F14", "Compressed without being asked", Dimension.WIRE,
        "A file comes with `Content-Encoding: gzip` although the request asks for none.",
        "Every request asks for `identity`. An encoded file is refused and reported, and no byte of it is kept.",
        "test_f14_an_encoded_file_is_refused", naive=True,
        partly="Nothing is ever decoded, so a second member that is dropped, or a bomb that unpacks, cannot happen.",
    ),
    FaultKind(
        "F15", "A page of the feed, cut or compressed", Dimension.WIRE,
        "The JSON of a page is gzip of which the end, or the second half, is missing.",
        "The feed is asked for as `identity` too, and a page is used only when it is whole. Nothing of another is applied.",
        "test_f15_a_page_that_is_not_whole_is_not_applied", naive=True,
    ),
    FaultKind(
        "F16", "A wrong `Content-Length`", Dimension.WIRE,
        "It is negative, too small, too large, or there are two that differ.",
        "What HTTP cannot mean is refused by the client's parser. A length that is too small is found by the size check.",
        "test_f16_a_wrong_content_length", typical=False,
        plain="A length that is too small is believed: nothing contradicts it.",
    ),
    FaultKind(
        "F17", "A captive portal", Dimension.WIRE,
        "Somebody else answers: 200 with an HTML page, a redirect to another host, or 511.",
        "Type, shape and identity of the answer are looked at before anything is written. The run ends as offline; the server did not say that it is empty.",
        "test_f17_a_captive_portal_is_offline_and_changes_nothing", naive=True,
    ),
    FaultKind(
        "F18", "An empty page by mistake", Dimension.WIRE,
        "The feed is empty although the server has everything.",
        "Nothing is deleted. A deletion needs a tombstone, or a full list that says that it is complete.",
        "test_f18_an_empty_page_deletes_nothing",
        partly="A full list that says that it is complete, and is not empty, is believed. What an empty one leaves out is asked for (F88).",
    ),
    FaultKind(
        "F19", "Redirects that lead nowhere good", Dimension.WIRE,
        "A loop, too many, to `http:`, to `file:`, or to another origin with the credentials.",
        "Redirects are followed by hand: a bound, no step down from `https`, no other scheme, no credentials for another origin.",
        "test_f19_redirects",
    ),
    FaultKind(
        "F20", "A drip", Dimension.WIRE,
        "One byte now and then. Each arrives before the read timeout, so that never ends it.",
        "A minimum rate and a total deadline end the request. The bytes are kept, and the next attempt goes on behind them.",
        "test_f20_a_drip_is_ended",
    ),
    FaultKind(
        "F21", "A stall", Dimension.WIRE,
        "Some bytes, then silence until the read timeout.",
        "The rest is asked for. The attempt counts only if not one new byte arrived.",
        "test_f21_a_stall_with_new_bytes_is_no_attempt", typical=False,
    ),
    FaultKind(
        "F22", "429 or 503 with `Retry-After`", Dimension.WIRE,
        "The server asks to come back later: in seconds, at a date, or absurdly late.",
        "It is honoured within a bound, with jitter, and survives a restart.",
        "test_f22_retry_after_is_honoured_and_remembered", naive=True,
    ),
    FaultKind(
        "F23", "401 in the middle", Dimension.WIRE,
        "The token expires during the run.",
        "The run ends and says that it needs authorization. Partials and cursor stay.",
        "test_f23_a_token_that_expires_keeps_everything", naive=True,
    ),
    FaultKind(
        "F24", "5xx without end", Dimension.WIRE,
        "Every answer is a server error.",
        "The pauses grow, with jitter, and the attempts are bounded. The report says whose fault it is.",
        "test_f24_a_server_that_fails_for_ever", typical=False, naive=True,
    ),
    FaultKind(
        "F25", "304, 204, or a part that nobody asked for", Dimension.WIRE,
        "The status makes no sense for the request.",
        "It is refused as an error of the protocol. Nothing is written.",
        "test_f25_an_answer_that_makes_no_sense", naive=True,
    ),
    FaultKind(
        "F26", "A cache answers for the feed", Dimension.WIRE,
        "An old page, or an old 410, comes from a cache on the way.",
        "Requests for the feed say `no-cache`. After 404, 409 or 410 the next request has another URL.",
        "test_f26_a_cache_on_the_way", naive=True,
    ),
)  # fmt: skip
"""The faults of the wire, in order."""
