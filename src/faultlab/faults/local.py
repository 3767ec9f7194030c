"""F40 to F54: what the phone itself does to a sync, its disk, its process and its person."""

from .kind import Dimension, FaultKind

__all__ = ["LOCAL"]


LOCAL = (
    FaultKind(
        "F40", "Killed anywhere, twice", Dimension.PROCESS,
        "The process ends at any point, and again in the next run.",
        "The run after that ends in the same state as one that was never interrupted.",
        "test_f40_killed_anywhere_twice",
    ),
    FaultKind(
        "F41", "Killed between the rename and the commit", Dimension.PROCESS,
        "The file has its final name, and no row knows it.",
        "The next run finds it, verifies it and takes it without fetching it.",
        "test_f41_killed_between_rename_and_commit",
        plain="There is no digest to verify it by. It is taken as the very file that was begun, as long as the machine was not started anew; else it is fetched again.",
    ),
    FaultKind(
        "F42", "Killed after the commit", Dimension.PROCESS,
        "Everything was durable.",
        "There is nothing to do, and nothing is done.",
        "test_f42_killed_after_the_commit", typical=False,
    ),
    FaultKind(
        "F43", "The power goes", Dimension.DISK,
        "A rename has reached the disk, the bytes of the file have not.",
        "The file is forced to disk before its rename, the folder after it. After an unclean end, what is there is measured.",
        "test_f43_power_loss",
    ),
    FaultKind(
        "F44", "The disk is full", Dimension.DISK,
        "While writing, renaming, or in the commit.",
        "The run ends and says that it needs space. The cursor stays, what was there stays, and nothing loops.",
        "test_f44_a_full_disk",
    ),
    FaultKind(
        "F45", "The partial is gone", Dimension.DISK,
        "The system deleted it to make room.",
        "The offset is 0, and the file is fetched from its start.",
        "test_f45_a_partial_that_is_gone",
    ),
    FaultKind(
        "F46", "The partial is damaged", Dimension.DISK,
        "It is longer than the file, or a bit of it has changed.",
        "The digest decides at the end. The file is fetched once more, and then reported.",
        "test_f46_a_damaged_partial",
        plain="A changed bit is not seen: there is no digest.",
    ),
    FaultKind(
        "F47", "Two processes", Dimension.PROCESS,
        "The app and its extension, or two tabs, sync the same folder.",
        "A lease in the database lets one of them run; the other ends with an error that says who has it. A lease that is not renewed runs out.",
        "test_f47_two_processes",
    ),
    FaultKind(
        "F48", "The database", Dimension.DISK,
        "It is locked, damaged, cannot be written, has a log left behind, or comes from a newer version.",
        "A locked one is waited for. A damaged one is put aside and rebuilt from the server. The others end in a named error, and nothing is lost.",
        "test_f48_the_database",
    ),
    FaultKind(
        "F49", "Hostile names", Dimension.FEED,
        "`../`, an absolute path, `C:`, NUL, `CON`, very long names, or names that differ in case or composition only.",
        "No name of the server becomes a path. Files are named by a checked identifier; a title is data.",
        "test_f49_hostile_names",
        partly="Twins in case or composition cannot meet on the disk, for no name of the server gets there.",
    ),
    FaultKind(
        "F50", "A link in the way", Dimension.DISK,
        "A symbolic link stands where the partial or the file should go.",
        "It is not followed, and nothing outside the folder changes.",
        "test_f50_a_symbolic_link",
        partly="A link that is put there between the check and the opening is not tried; opening refuses links by itself.",
    ),
    FaultKind(
        "F51", "More bytes than promised", Dimension.WIRE,
        "A file without end, or a length that lies.",
        "The limit holds while writing, long before the digest.",
        "test_f51_more_bytes_than_promised",
    ),
    FaultKind(
        "F52", "Suspended for three days", Dimension.PROCESS,
        "The process stands still in the middle of a read. When it goes on, its connections are dead and its clocks disagree.",
        "The request starts again behind the last durable byte. Being asked to stop is not an error of the network.",
        "test_f52_suspended_in_the_middle_of_a_read",
        partly="A test cannot stop its own process. It moves the clocks and cuts the connection; the model of the phone does suspend the engine.",
    ),
    FaultKind(
        "F53", "Low data mode half-way", Dimension.SETTINGS,
        "The person turns it on while files are still to come.",
        "The policy is asked before each file, and the run ends as waiting for Wi-Fi.",
        "test_f53_low_data_mode_half_way",
    ),
    FaultKind(
        "F54", "Logged out during the sync", Dimension.SETTINGS,
        "The person signs out or deletes the app's data in the middle.",
        "Whether to stop is asked at every point of input or output, and nothing is written after the end.",
        "test_f54_nothing_is_written_after_the_end",
    ),
)  # fmt: skip
"""The faults of the local world, in order."""
