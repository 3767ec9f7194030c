"""F55 to F171: what real servers, disks, containers and people did to this engine and to others; and the rules that came of it."""

from .kind import Dimension, FaultKind

__all__ = ["FIELD", "RULES"]

RULES = {
    "S14": "Only what the engine can have made is deleted, only in a directory that is its own, and an older file only when the newer one is durable.",
    "S15": "A content's trouble stays with that content. The feed is asked first; everybody's trouble it is only if several contents have it and none goes well.",
    "S16": "An event is its id together with content, kind and version. Of two at one instant, the one that the list has later is newer. What a cursor is made of is the server's business.",
    "S17": "A start looks before it believes: at the database's owner, the feed's address, the page at which a list was left off, and the name and size of each file. So does a run that got something, before it says that all is here.",
    "S18": "After a refusal another question is asked, or none; how often is bounded, in tries and in bytes.",
    "S19": "The right to write belongs to a process that lives. It ends with it, with its run, or with its time.",
    "S20": "What is pending is planned once in a run, and the wish to end is looked at meanwhile.",
    "S21": "Whatever cannot be right is one line that names it and says what to do, and an exit code. No password is stored or shown, and nothing that a server says is more than text.",
    "S22": "An answer is worth what it says: the end of a range is no end of a file, no bytes are no sound, a tag says nothing at another address, what a list in pages, or one that lags, leaves out is asked for, and so are bytes, once more, that another file has too, where no digest says whose they are.",
    "S23": "A disk that refuses one file is that content's trouble; one that cannot promise is used, and the lesser promise is said.",
}
"""The rules of the engine beside the invariants S1 to S13."""

FIELD = (
    FaultKind(
        "F55", "Somebody's own files", Dimension.DISK, "The directory has files that the engine cannot have made.",
        "They stay (S14).", "test_what_the_engine_cannot_have_made_stays",
    ),
    FaultKind(
        "F56", "A new database beside files", Dimension.DISK, "The database was removed or damaged, and the list is empty.",
        "Nothing is deleted: no list can judge files that a new database does not know (S14). It is said.",
        "test_an_empty_list_on_a_new_database_deletes_nothing",
    ),
    FaultKind(
        "F57", "Another program's database", Dimension.DISK, "A database of the engine's name is there and is not the engine's.",
        "It is refused, and not changed (S17).", "test_another_program_s_database_is_refused",
    ),
    FaultKind(
        "F58", "Several events with one id", Dimension.FEED, "A server gives the same id to different events.",
        "All are done (S16).", "test_three_events_with_one_id_are_three",
    ),
    FaultKind(
        "F59", "Several events in one second", Dimension.FEED, "The cursor counts itself in, and a change has the time of the cursor.",
        "It is done, once (S16).", "test_events_of_one_second_are_all_done_and_none_twice",
    ),
    FaultKind(
        "F60", "A date out of range", Dimension.FEED, "The year 1 or 9999.",
        "It is the first or the last that can be stored, and never a cursor (S16).", "test_a_date_out_of_range_stops_nothing_and_is_no_cursor",
    ),
    FaultKind(
        "F61", "Another feed's address", Dimension.SETTINGS, "A directory is given with the address of another plain feed.",
        "It is refused before anything is asked (S17).", "test_another_address_gets_nothing_before_it_is_refused",
    ),
    FaultKind(
        "F62", "Files that went away", Dimension.DISK, "A file was deleted or cut, or the folder was not in the backup.",
        "The next start sees it and gets it again (S17).", "test_files_that_went_away_come_again",
    ),
    FaultKind(
        "F63", "The directory goes away", Dimension.DISK, "It is removed while a run is in it.",
        "The run ends and says so; it makes no new one (S17).", "test_a_directory_that_is_removed_is_noticed",
    ),
    FaultKind(
        "F64", "A list moves while it is read", Dimension.FEED, "Between two pages something is deleted, and a content stands on no page.",
        "What a list in pages leaves out is asked for, and kept if it is there (S22).", "test_a_list_in_pages_that_moved_deletes_nothing_that_lives",
    ),
    FaultKind(
        "F65", "The end of a range", Dimension.WIRE, "A 206 of unknown total ends before the file does.",
        "The rest is asked for, until a 416 says where the end is (S22).", "test_the_end_of_a_range_is_not_the_end_of_a_file",
    ),
    FaultKind(
        "F66", "A body of no bytes", Dimension.WIRE, "A sound is answered with 200 and no byte.",
        "It is no sound unless the feed says size 0: the older file stays, the content stays pending (S22).", "test_an_empty_body_leaves_the_older_file",
    ),
    FaultKind(
        "F67", "One content is refused", Dimension.WIRE, "401, 403, 429, 503, 500, a redirect elsewhere or a page for people, for one content.",
        "The others come, and the feed is asked in each run (S15).", "test_what_one_content_is_answered_stops_no_other",
    ),
    FaultKind(
        "F68", "Very many files are missing", Dimension.WIRE, "Each of them is answered with 404.",
        "None leaves an open file or an empty part behind (S15).", "test_a_file_that_is_missing_costs_no_open_file",
    ),
    FaultKind(
        "F69", "Ids in capitals", Dimension.FEED, "The server spells ids with capitals, and tells them apart.",
        "It is asked as it spells; here they are compared in small letters (S18).", "test_an_id_is_asked_for_as_the_server_spells_it",
    ),
    FaultKind(
        "F70", "A range is refused", Dimension.WIRE, "Each request for a rest is answered with 400.",
        "The whole is asked for, once; what is here stays until it comes (S18).", "test_a_range_that_is_refused_is_asked_for_whole",
    ),
    FaultKind(
        "F71", "Every body breaks off", Dimension.WIRE, "There are no ranges, and no body is whole.",
        "Only more than ever came is progress. Tries and bytes are bounded, with pauses (S18).", "test_a_body_that_always_breaks_off_costs_no_hundred_files",
    ),
    FaultKind(
        "F72", "The digest stays wrong", Dimension.FEED, "The feed's digest is that of another file.",
        "The body's validator is remembered, and the same body is not fetched again; without one, once a run (S18).", "test_a_wrong_digest_is_remembered",
    ),
    FaultKind(
        "F73", "The cursor is refused", Dimension.FEED, "The server answers a cursor that it does not know with 400, 412, 416 or 422.",
        "The whole list is asked for, once (S18).", "test_a_cursor_that_is_refused_is_followed_by_all",
    ),
    FaultKind(
        "F74", "A coding that is none", Dimension.WIRE, "`Content-Encoding: aws-chunked`, `binary`, `UTF-8` or `none`.",
        "It says nothing (S22).", "test_a_coding_that_is_none_says_nothing",
    ),
    FaultKind(
        "F75", "A run that did not end", Dimension.PROCESS, "It is cancelled, or an error of somebody else's passes through it.",
        "What came is kept, and the next run need not wait for the lease (S19).", "test_after_a_run_that_did_not_end_the_next_one_need_not_wait",
    ),
    FaultKind(
        "F76", "A container that is no more", Dimension.PROCESS, "The holder of the lease was killed in another container of this machine.",
        "The system took its lock back, and the lease is free (S19).", "test_a_process_of_this_machine_that_is_gone_holds_nothing",
    ),
    FaultKind(
        "F77", "Very many are pending", Dimension.PROCESS, "There is less time than planning all of them takes.",
        "They are planned once, and the end is looked for meanwhile (S20).", "test_what_is_pending_is_planned_once_and_until_is_asked_meanwhile",
    ),
    FaultKind(
        "F78", "A name is refused", Dimension.DISK, "A finished file cannot be renamed, because somebody holds it.",
        "It is tried again for a moment, then stays pending with its bytes; the others come (S23).",
        "test_a_name_that_is_refused_for_ever_is_one_content_s_trouble",
    ),
    FaultKind(
        "F79", "No fsync", Dimension.DISK, "The file system has none.",
        "Everything is kept, and the lesser promise is said once (S23).", "test_without_fsync_the_promise_is_lesser_and_said_once",
    ),
    FaultKind(
        "F80", "Bytes are lost on their way", Dimension.DISK, "An fsync fails with EIO.",
        "Nothing of that part is believed; the content stays pending, the others come (S23).",
        "test_bytes_that_are_lost_on_their_way_are_one_content_s_trouble",
    ),
    FaultKind(
        "F81", "A file that cannot be read", Dimension.DISK, "The check after an unclean end meets EIO.",
        "It counts as lost and is got again; the check goes on (S23).", "test_a_file_that_cannot_be_read_is_a_lost_file",
    ),
    FaultKind(
        "F82", "A password in the address", Dimension.SETTINGS, "`https://name:password@host/`.",
        "It is sent to that server, and stored and shown nowhere (S21).", "test_no_password_is_stored_or_shown_and_it_is_sent",
    ),
    FaultKind(
        "F83", "The directory is a link", Dimension.DISK, "The directory itself is a symbolic link.",
        "It is followed; links below it are refused (S17).", "test_a_directory_may_be_a_link",
    ),
    FaultKind(
        "F84", "The files live elsewhere", Dimension.WIRE, "They redirect to another host.",
        "It is named, with the option that allows it (S21).", "test_another_host_is_named_and_can_be_allowed",
    ),
    FaultKind(
        "F85", "What cannot be right", Dimension.SETTINGS, "An address, a path, a token or a variable of the network.",
        "One line and an exit code (S21).", "test_what_cannot_be_right_is_one_line_and_an_exit_code",
    ),
    FaultKind(
        "F86", "Ctrl-C while nothing comes", Dimension.PROCESS, "The server stalls, and the person or the system asks to end; once, or twice.",
        "It is said at once, and it ends within a second or two, with what came (S21).", "test_ctrl_c_ends_a_run_that_waits",
    ),
    FaultKind(
        "F87", "A directory of the first version", Dimension.DISK, "The database has no mark of its owner and older tables.",
        "It is brought up in one transaction; nothing is fetched or deleted for it (S17).", "test_a_directory_of_the_first_version_is_brought_up_at_once",
    ),
    FaultKind(
        "F88", "A whole list of nothing", Dimension.FEED, "The server lost its table of events; its list is complete, and empty.",
        "Each content is asked for, and stays if the server has it (S22).", "test_what_an_empty_list_leaves_out_is_asked_for_first",
    ),
    FaultKind(
        "F89", "Dead files come first", Dimension.WIRE, "Whoever asks for one of the oldest files is hung up on.",
        "The newest is tried before the server counts as gone, and the newer ones come (S15).",
        "test_the_oldest_contents_whose_connection_breaks_keep_no_newer_one_away",
    ),
    FaultKind(
        "F90", "A cursor beyond every number", Dimension.FEED, "It has nineteen digits, or a thousand.",
        "It is sent back as it came (S16).", "test_a_cursor_that_no_database_can_hold_is_one_all_the_same",
    ),
    FaultKind(
        "F91", "Ids spelled anew", Dimension.FEED, "A server that spelled its ids in capitals comes to spell them in small letters.",
        "Each is asked for as it was spelled last (S18).", "test_a_server_may_come_to_spell_its_ids_otherwise",
    ),
    FaultKind(
        "F92", "A range is answered by nothing that helps", Dimension.WIRE,
        "203, 204, 300 or 304, a redirect elsewhere, a page for people, or a connection that ends: for ranges alone.",
        "The whole is asked for (S18).", "test_whatever_a_range_is_answered_the_whole_is_asked_for",
    ),
    FaultKind(
        "F93", "Much to look through after a kill", Dimension.PROCESS, "There is less time than reading the newest files takes.",
        "The look is ended, and the next start goes on where it was (S20).", "test_looking_through_files_after_a_kill_is_ended_and_gone_on_with",
    ),
    FaultKind(
        "F94", "Commands to a terminal", Dimension.SETTINGS, "A server's words have escape sequences, and letters that turn the line round.",
        "They are shown escaped (S21).", "test_what_a_server_says_is_no_command_to_a_terminal",
    ),
    FaultKind(
        "F95", "Everything is html", Dimension.WIRE, "A script calls all of its answers `text/html`, the feed and the sounds too.",
        "What is no text, or is JSON, is no page for people (S22).", "test_a_server_that_calls_everything_html_is_one",
    ),
    FaultKind(
        "F96", "A page by another name, or letter by letter", Dimension.WIRE, "Markup, or JSON of an error, comes for a sound: of no type, or in pieces of one byte.",
        "It is known by how it begins, however it comes (S22).", "test_a_page_for_people_that_comes_letter_by_letter_is_none_the_less_one",
    ),
    FaultKind(
        "F97", "The client's library stumbles", Dimension.PROCESS, "It loses count of its own streams, raises what is no error of a network, or cancels itself.",
        "It is a broken connection, tried again, and one content's trouble (S15).", "test_what_it_stumbles_over_for_ever_is_one_content_s_trouble",
    ),
    FaultKind(
        "F98", "A file larger than what is free", Dimension.DISK, "It comes before smaller ones.",
        "Those that fit come, and what the feed deletes goes; the report says how many bytes are lacking (S15).",
        "test_a_file_larger_than_the_disk_keeps_no_smaller_one_away",
    ),
    FaultKind(
        "F99", "Another one's bytes", Dimension.WIRE,
        "A cache or a server answers for one file with the bytes of another, or with those of its older version.",
        "Where no digest judges, both are asked for once more, past caches; what comes then counts, and it is said. An older version that comes twice is asked for in the next run too (S22).",
        "test_what_belongs_to_another_address_is_not_kept",
    ),
    FaultKind(
        "F100", "Files go while a run goes on", Dimension.DISK, "Somebody removes files that this run, or an earlier one, has got.",
        "It looks once more before it says that everything is here, and gets them again (S17).", "test_files_that_go_while_a_run_goes_on_come_again_in_it",
    ),
    FaultKind(
        "F101", "A quota that nobody tells of", Dimension.DISK, "A large file fills it, and smaller ones come after it.",
        "Its part gives way to them; it is tried once more when they are here (S15).",
        "test_a_file_larger_than_a_quota_gives_its_room_to_smaller_ones",
    ),
    FaultKind(
        "F102", "Garbled for a while", Dimension.WIRE, "Something on the way changes a file's bytes, under the server's own validator, and is mended later.",
        "The doubt lasts six hours; then the whole is asked for once (S18).", "test_bytes_that_were_garbled_for_an_hour_come_in_the_end",
    ),
    FaultKind(
        "F103", "A list without an end, run after run", Dimension.FEED, "Each run is ended by its time, and each next one goes on where the list was.",
        "The events of one list are counted over all of its runs, and have a bound (S18).", "test_a_list_without_an_end_has_one_over_several_runs",
    ),
    FaultKind(
        "F104", "No other folder can be written", Dimension.DISK, "A container whose only volume is the directory: nothing temporary has a place.",
        "The database keeps it in memory (S23).", "test_no_other_folder_has_to_be_writable",
    ),
    FaultKind(
        "F105", "Too little memory", Dimension.PROCESS, "The process may have less than a list needs.",
        "One line says so, and all that came is kept (S21).", "test_too_little_memory_is_one_line",
    ),
    FaultKind(
        "F106", "A cookie with each answer", Dimension.WIRE, "Each file sets one of its own, until no server reads so large a request.",
        "The command keeps 4 kB of them at most (S18).", "test_a_cookie_with_each_answer_is_not_sent_for_ever",
    ),
    FaultKind(
        "F107", "A length beside chunks", Dimension.WIRE, "A proxy makes chunks of a body, and leaves the `Content-Length` of another.",
        "The chunks say where it ends, as HTTP has it (S22).", "test_a_length_beside_chunks_says_nothing",
    ),
    FaultKind(
        "F108", "A rest that is none", Dimension.WIRE, "A range is answered with something encoded, empty, too large, or with a page or JSON that is called a part.",
        "Whatever is refused of a rest, the whole is asked for (S18).", "test_whatever_is_refused_of_a_rest_the_whole_is_asked_for",
    ),
    FaultKind(
        "F109", "Another length under one validator", Dimension.WIRE, "A cache keeps what it had when its server went away, and gives it as the whole.",
        "The whole is asked for once more, past caches (S22).", "test_another_length_under_the_same_validator_is_asked_for_past_caches",
    ),
    FaultKind(
        "F110", "A password as it is", Dimension.SETTINGS, "It is typed into the address, or into that of a proxy, with its `/`, `?`, `#` or `@`.",
        "One line says how they are written; no part of it is shown (S21).", "test_a_password_that_no_address_may_have_is_not_shown",
    ),
    FaultKind(
        "F111", "One host, spelled in two ways", Dimension.WIRE, "The address has letters beyond ASCII, or none; a redirect spells the same host as the network does, or with a dot at its end.",
        "It is the same host, and sees the same credentials (S21).", "test_a_host_may_be_written_in_two_ways",
    ),
    FaultKind(
        "F112", "More than a host", Dimension.SETTINGS, "`--allow-host https://cdn.example`, or with a port.",
        "One line says that it can never match (S21).", "test_a_host_that_can_never_match_is_one_line",
    ),
    FaultKind(
        "F113", "What the server said", Dimension.WIRE, "One content is answered with 500 or 507, again and again, or with 416 for the whole.",
        "The report names the status (S21).", "test_the_status_is_named",
    ),
    FaultKind(
        "F114", "All files live elsewhere", Dimension.WIRE, "Each redirects to a host that is not allowed.",
        "The run ends soon and says what helps, and not that there is no network (S15).", "test_whoever_answers_is_not_called_out_of_reach",
    ),
    FaultKind(
        "F115", "A cookie that no header may have", Dimension.WIRE, "`Set-Cookie: name=José`, in whatever encoding: the client can make no request any more.",
        "The command does not keep it (S15).", "test_a_cookie_that_no_header_may_have_is_not_kept",
    ),
    FaultKind(
        "F116", "A certificate elsewhere", Dimension.WIRE, "The files redirect to an allowed host whose certificate is not trusted.",
        "It is said to be that, and not that there is no network (S21).", "test_a_certificate_that_is_not_trusted_is_said_wherever_it_is",
    ),
    FaultKind(
        "F117", "A part that is somebody's file too", Dimension.DISK, "It has another name: a copy by hard links (`cp -al`), or a program that joins files that are alike.",
        "It is no part of ours: a new one is begun, and the other name keeps its bytes (S14).", "test_a_part_that_is_somebody_s_file_too_is_no_part",
    ),
    FaultKind(
        "F118", "Two damaged databases", Dimension.DISK, "What is called `sync.db` is a person's own file; later it is a damaged one of ours.",
        "What was set aside first stays (S14).", "test_the_first_database_that_is_set_aside_stays",
    ),
    FaultKind(
        "F119", "Rows that look right", Dimension.DISK, "Somebody takes contents out of the database, or gives them the titles or digests of others.",
        "Each row is compared with those beside it; where they differ, all is built anew (S17).", "test_rows_that_look_right_are_compared",
        partly="A number that is wrong by itself, and a list of events that are not there any more, look like any other.",
    ),
    FaultKind(
        "F120", "A bound on files", Dimension.SETTINGS, "`--limit file_bytes=1000`, and a page of the feed is larger.",
        "It bounds files alone (S21).", "test_a_bound_on_files_is_none_on_the_feed",
    ),
    FaultKind(
        "F121", "No directory", Dimension.SETTINGS, "`afterswipe-sync URL \"$DIR\"`, and `DIR` is not set.",
        "One line says so; nothing comes into the one that one is in (S21).", "test_no_directory_is_not_this_one",
    ),
    FaultKind(
        "F122", "No open file left", Dimension.PROCESS, "`ulimit -n 5`: not even Python's loop can begin.",
        "One line says what to allow (S21).", "test_no_open_file_left_is_one_line",
    ),
    FaultKind(
        "F123", "No memory left to begin", Dimension.PROCESS, "`ulimit -v 30000`: Python stumbles while it reads the engine.",
        "One line (S21).", "test_what_cannot_even_be_loaded_is_one_line",
    ),
    FaultKind(
        "F124", "A proxy that is not right", Dimension.SETTINGS, "`http_proxy=junk`, in a shell that one has not set up.",
        "Where nobody can be reached, the variables are named (S21).", "test_a_proxy_that_is_not_right_is_spoken_of",
    ),
    FaultKind(
        "F125", "An empty list with a cursor", Dimension.FEED, "A copy of the server that has nothing yet answers for it, and its cursor is a time, or another copy's.",
        "An empty list moves no cursor (S22).", "test_an_empty_list_moves_no_cursor",
    ),
    FaultKind(
        "F126", "A database that is somebody's file too", Dimension.DISK, "It, or its log, has a second name (`cp -al`), or is a link or a pipe.",
        "One line says which; nothing is written through it, and nothing waits for it (S14).", "test_a_database_that_is_somebody_s_file_too_is_not_opened",
    ),
    FaultKind(
        "F127", "A bound beyond all counting", Dimension.SETTINGS, "`--limit group_files=1e30`, and the run before was killed.",
        "The command line is told so (S21).", "test_a_bound_beyond_all_counting_is_one_line",
    ),
    FaultKind(
        "F128", "Servers that are at odds", Dimension.FEED, "One of those behind one name was restored from a backup, and refuses the pages that another has named.",
        "The report says so, and not that there is no feed (S21).", "test_servers_behind_one_name_that_are_at_odds_are_said_to_be",
    ),
    FaultKind(
        "F129", "Dated ahead, and clocks that differ", Dimension.CLOCK, "A server dates an event an hour or years ahead, and the clock here is ahead of it, or behind.",
        "What is later than a page's own `Date`, or the clock here, is no cursor; it is as new as the cursor (S16).", "test_an_event_that_is_dated_ahead_hides_no_later_one",
        plain="Without a `Date` only the clock here can tell.",
    ),
    FaultKind(
        "F130", "What a backup took back", Dimension.FEED, "A server is restored, with the same generation, and refuses a cursor from beyond its end.",
        "What is newer here than all that its list has of a content is asked for anew; no event of then is waited for (S16).", "test_what_a_backup_took_back_is_asked_for_anew",
        plain="A date is never refused: nothing tells.",
        partly="A server that takes the cursor, a number, and has grown past it with other events, cannot be told from one that has nothing new. F155 is what can be told.",
    ),
    FaultKind(
        "F131", "Created, and replaced", Dimension.FEED, "An extended feed without digests begins its log anew, or gives a snapshot: `created` stands for all that has changed.",
        "The file is got again where the event is newer than the one that is here (S22).", "test_a_list_that_says_created_may_mean_another_file",
        plain="There it means what it says.",
    ),
    FaultKind(
        "F132", "A change after a date ahead", Dimension.CLOCK, "A content whose event is dated years ahead could not be got; it is replaced, or deleted.",
        "It is as new as what had come before it, and the change is newer (S16).", "test_what_changed_after_a_date_ahead_is_later",
        partly="A list that is sorted by its dates, and has both for the first time, says that the change came first.",
    ),
    FaultKind(
        "F133", "A date ahead, first in a list", Dimension.CLOCK, "The first event of a list is dated years ahead.",
        "How most of the list is ordered says whether its newest come first (S16).", "test_one_date_ahead_turns_no_list_round",
        partly="Of two or three events nothing says how they are ordered.",
    ),
    FaultKind(
        "F134", "A signal at the edges", Dimension.PROCESS, "Ctrl-C, SIGTERM or a closed terminal, while Python imports the command or ends.",
        "No traceback, and a code of the table: before the run 130, behind it the run's own (S21).", "test_a_signal_at_the_edges_of_a_run_is_no_traceback",
    ),
    FaultKind(
        "F135", "No resolver answers", Dimension.WIRE, "The server's name is looked up for half a minute, and the person asks to end.",
        "The end waits for no lookup (S20).", "test_the_end_waits_for_no_name_that_is_looked_up",
    ),
    FaultKind(
        "F136", "A proxy whose port is none", Dimension.SETTINGS, "`https_proxy=http://proxy.example:99999`.",
        "One line names the variables (S21).", "test_a_proxy_whose_port_is_none_is_one_line",
    ),
    FaultKind(
        "F137", "A proxy that wants credentials", Dimension.WIRE, "407 for the feed.",
        "It is said to be a proxy's wish, and not the server's (S21).", "test_a_proxy_that_wants_credentials_is_not_called_the_server",
    ),
    FaultKind(
        "F138", "Full to the last block", Dimension.DISK, "Less is free than a database needs to be opened, on a file system whose blocks are smaller than a page of memory.",
        "One line; it was SIGBUS (S21).", "test_a_disk_that_is_full_to_the_last_block_is_one_line",
    ),
    FaultKind(
        "F139", "A folder whose name is a command to a terminal", Dimension.SETTINGS, "A line feed, or an escape sequence, in the directory's name.",
        "It is shown escaped, on one line (S21).", "test_the_name_of_a_folder_is_no_command_to_a_terminal",
    ),
    FaultKind(
        "F140", "Pending, and on no list any more", Dimension.FEED, "A content was deleted before it could be got, and the log has forgotten it.",
        "What is pending and left out is asked for as well, and gone where the server does not have it (S22).", "test_what_is_pending_and_on_no_list_any_more_is_asked_for",
        plain="There the list is whole.",
    ),
    FaultKind(
        "F141", "A size that is corrected without an event", Dimension.FEED, "An event says a wrong size or digest; later it says the right one, and the cursor is behind it.",
        "Where a file is not what its feed says, the next run asks for the whole list; at most once a day (S18).", "test_a_size_that_was_wrong_and_is_right_in_the_list_is_asked_for",
        plain="It says no sizes.",
    ),
    FaultKind(
        "F142", "One server is behind", Dimension.FEED, "Of two servers behind one name one has not heard of the newest events; it refuses the cursor, and gives its own list.",
        "What it takes back counts again when the other tells of it (S16).", "test_what_a_server_that_is_behind_takes_back_comes_again",
        plain="A date is never refused.",
    ),
    FaultKind(
        "F143", "A list that another run began", Dimension.FEED, "A list in pages is left off, and gone on with a day later; it is as of its first page.",
        "Behind its end the feed is asked once more (S17).", "test_after_a_list_that_another_run_began_the_feed_is_asked_once_more",
        plain="It has one page.",
    ),
    FaultKind(
        "F144", "No room for a folder", Dimension.DISK, "Parts have taken the last inodes, and the folder for the first file cannot be made.",
        "Parts give way; what needs no file, and what the feed deletes, goes on (S15).", "test_where_no_folder_can_be_made_parts_make_room",
    ),
    FaultKind(
        "F145", "Something else in a part's place", Dimension.DISK, "A person puts a folder, a link or a file where a part was, while the run has it open.",
        "It gets no name of ours, and a folder stays where it was put; the sound comes again (S14).", "test_what_is_put_in_the_place_of_a_part_gets_no_name_of_ours",
    ),
    FaultKind(
        "F146", "Gone at the very end", Dimension.DISK, "The directory is moved away when the run has ended, and before the command says how much is there.",
        "It is said to be gone; no empty one is made in its place (S17).", "test_a_directory_that_goes_at_the_very_end_is_not_made_anew",
    ),
    FaultKind(
        "F147", "A list of what has no room", Dimension.DISK, "The disk is full, or out of inodes, and there are more problems than are shown.",
        "No list of them is written: it could take what the next run needs to begin (S23).", "test_where_the_disk_is_full_no_list_of_problems_takes_more",
    ),
    FaultKind(
        "F148", "A backup comes back within a list", Dimension.FEED, "A list in pages is left off; the server is restored, says no other generation, and knows the page's token again.",
        "The page that was kept last is asked for again; where it is another, the list begins anew (S17).", "test_a_list_left_off_before_a_backup_came_back_begins_anew",
        plain="It has one page.",
    ),
    FaultKind(
        "F149", "Pending, and the server knows nothing of it", Dimension.FEED, "What was announced is gone without an event, as after a backup, and the cursor is behind it.",
        "Where the server has not even its metadata, the next run asks for the whole list; at most once a day (S18).", "test_what_is_pending_and_unknown_to_the_server_is_looked_for_on_the_list",
        plain="No list of it says what is gone.",
    ),
    FaultKind(
        "F150", "Taken back, and later ones came", Dimension.FEED, "A backup took an event back; the list has older and newer ones of that content, and not this one.",
        "What the list leaves out between two of a content's events has not happened (S16).", "test_what_a_backup_took_back_counts_no_more_though_later_came",
        plain="No list of it takes anything back.",
    ),
    FaultKind(
        "F151", "A cursor that means something again", Dimension.FEED, "A cursor is refused, the list is empty; later the server has come as far as the cursor said.",
        "A cursor that the list does not renew is forgotten (S16).", "test_a_cursor_that_was_refused_is_asked_for_no_more",
        plain="A date is never refused.",
    ),
    FaultKind(
        "F152", "A part that is cut while it grows", Dimension.DISK, "A person, or a cleaner, cuts a part that is being written.",
        "It is thrown away and comes again; the others come (S15).", "test_a_part_that_somebody_cuts_is_that_content_s_trouble",
    ),
    FaultKind(
        "F153", "A redirect to two places", Dimension.WIRE, "An answer has two `Location` lines that differ.",
        "It leads nowhere, and nothing is believed to be missing (S22).", "test_a_redirect_to_two_places_leads_nowhere",
    ),
    FaultKind(
        "F154", "Two that begin at once", Dimension.PROCESS, "Two processes begin in one directory within a millisecond.",
        "One is told that the other is at work (S19).", "test_of_two_that_begin_at_once_one_is_told",
    ),
    FaultKind(
        "F155", "Numbers given twice", Dimension.FEED, "A server is restored, with the same generation, takes the cursor, which is a date, and gives the next events numbers that had come.",
        "What is dated after all that came and has a number from before says so: the list is read anew, and of what had that number, or a later one, nothing is known any more (S16).",
        "test_a_server_that_counts_anew_and_takes_the_cursor_is_seen_by_its_dates",
        plain="It has no numbers.",
    ),
    FaultKind(
        "F156", "Deleted and there again, told twice", Dimension.FEED, "Both are dated within one second, and the cursor is a margin behind the newest event.",
        "Of what is known of that second, the later counts again too (S16).", "test_what_was_deleted_and_is_there_again_may_be_told_twice",
    ),
    FaultKind(
        "F157", "All dates are ahead", Dimension.CLOCK, "The clock here is far behind, and the list has first what was created, then what was deleted.",
        "Where a list's order and its dates do not end with the same, and one of them with a deletion, the server is asked (S16).", "test_a_clock_that_is_behind_orders_no_list",
    ),
    FaultKind(
        "F158", "Behind the cursor, and dated before", Dimension.FEED, "No numbers: an event commits late, or comes from a server whose clock is behind, and is older than what is known of its content.",
        "Behind a cursor what is not known counts, whatever its date; the last 10,000 that were done are known. Where only one order of the events ends with a deletion, the server is asked (S16).",
        "test_behind_a_cursor_what_is_not_known_counts_whatever_its_date",
        plain="The cursor is the date.",
    ),
    FaultKind(
        "F159", "A number that commits late", Dimension.FEED, "The gap that it leaves is seen, and the whole list does not have it yet.",
        "For a day from when it was first missed each run reads the whole list once more, and stays before it (S16).", "test_a_number_that_commits_late_is_looked_for_in_the_next_runs",
        plain="It has no numbers.", partly="If it commits within a day.",
    ),
    FaultKind(
        "F160", "An answer that nobody asked for", Dimension.WIRE, "In one piece with an answer comes another one.",
        "It answers nothing: that connection is used no more (S22).", "test_what_comes_behind_an_answer_is_no_answer_to_the_next_question",
        partly="Where it comes in a piece of its own, the client sees it by itself.",
    ),
    FaultKind(
        "F161", "Output that nobody takes", Dimension.PROCESS, "Ctrl-S in a terminal, or a reader that stands still; then SIGTERM, or Ctrl-C.",
        "It has eight seconds to end in good order, and after a second signal one (S21).", "test_an_output_that_nobody_takes_holds_no_end_up",
    ),
    FaultKind(
        "F162", "Another program's database, left in the middle", Dimension.DISK, "It was killed in a transaction, or with all that it had written in its log.",
        "It is looked at before SQLite recovers it, and refused: neither it nor its log changes (S17).", "test_another_program_s_database_is_not_recovered_for_it",
    ),
    FaultKind(
        "F163", "A log without its database", Dimension.DISK, "`sync.db-wal`, `-shm` or `-journal` is there, and no `sync.db`.",
        "It is set aside, and that is said (S14).", "test_a_log_without_its_database_is_set_aside",
    ),
    FaultKind(
        "F164", "A tag of another address", Dimension.WIRE, "Between the cut and the rest a redirect comes to lead elsewhere, where another file has the same strong `ETag`.",
        "A tag says nothing at another address: the file begins anew (S22). What is behind a question mark may change, as signatures do.", "test_a_tag_of_one_address_says_nothing_at_another",
    ),
    FaultKind(
        "F165", "A list that its server bounds", Dimension.FEED, "A plain list with `LIMIT 100`.",
        "Behind one of 50 events or more the feed is asked again, until nothing new comes (S16).", "test_a_plain_list_that_its_server_bounds_is_read_to_its_end",
        partly="A shorter one counts as all there is.",
    ),
    FaultKind(
        "F166", "A list that lags", Dimension.FEED, "A replica refuses a cursor that it has not come to, and its whole list ends before that.",
        "What it leaves out is asked for, and kept if it is there (S22).", "test_a_list_that_ends_before_what_is_known_deletes_nothing_that_is_there",
        plain="What a list leaves out stays.",
    ),
    FaultKind(
        "F167", "A cursor that the database reads otherwise", Dimension.FEED, "The newest event has a fraction of .9995 seconds or more, which SQLite rounds up, or a date before 1970.",
        "It is no damage: the start believes its own row (S17).", "test_a_cursor_whose_fraction_is_rounded_is_no_damage",
    ),
    FaultKind(
        "F168", "A cursor ahead of its numbers", Dimension.FEED, "The server names the last number that it has given, and the event of that number is not committed.",
        "A cursor that has always been the highest number is behind all that is missing, too: it is waited for (S16).", "test_a_cursor_ahead_of_its_numbers_is_a_gap",
        plain="It names no cursor.",
    ),
    FaultKind(
        "F169", "Done ahead of a clock", Dimension.CLOCK, "The clock here is behind, and the first list says what is there again; the next says that it was deleted before that, and is there again.",
        "What was done, and is told again behind a deletion, counts with it (S16).", "test_what_was_done_ahead_of_a_clock_is_later_than_a_deletion_before_it",
    ),
    FaultKind(
        "F170", "A list with the digests of today", Dimension.FEED, "A whole list says each content under the number of its creation, with the size and digest that its file has now.",
        "Another digest is news, whatever the number (S16).", "test_a_whole_list_that_says_another_digest_of_the_same_event_is_believed",
        plain="It says no digests.", partly="Where nothing newer is known of the content.",
    ),
    FaultKind(
        "F171", "A log on another state of its database", Dimension.DISK, "A backup is copied back over a directory whose last run was killed, or is made while one runs: SQLite replays the newer log on the older database.",
        "The rows do not add up to what is noted with each change: it is damage, and built anew (S17).", "test_a_log_that_is_replayed_on_an_older_database_is_damage",
    ),
)  # fmt: skip
