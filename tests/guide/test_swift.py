"""The Swift files: each parses, each symbol of Apple's stands in the table, and newer ones stand inside of an availability check."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import afterswipe
from guide import snippets
from guide.swift import languages
from guide.swift import symbols as apple_symbols
from guide.swift.code import parse_text, version
from guide.swift.symbols import Symbol, Table

TABLE = apple_symbols.table()
FILES = apple_symbols.files()
PACKAGE = apple_symbols.of_the_package()

SMALL = Table(
    (
        Symbol(
            "Phone", "PhoneKit", "16.0", "", "https://developer.apple.com/documentation/phonekit/phone", ""
        ),
        Symbol("Phone.ring()", "PhoneKit", "16.0", "", "", ""),
        Symbol("Card", "PhoneKit", "26.0", "", "", ""),
    ),
    frozenset({"String"}),
)
USES_ALL = "import PhoneKit\nlet a: String = Phone().ring()\n@available(iOS 26, *) func b() { Card() }\n"


def check(text: str, table: Table = SMALL, package: set[str] | None = None) -> list[str]:
    return apple_symbols.check(table, {"example": parse_text(text)}, package or set())


@pytest.mark.parametrize("name", FILES)
def test_every_swift_file_parses(name):
    assert FILES[name].errors == ()


def test_every_symbol_has_its_row_and_every_row_its_use():
    wrong = apple_symbols.check(TABLE, FILES, PACKAGE)
    assert wrong == [], "\n" + "\n".join(wrong)


def test_every_row_has_an_address_of_apple_s_and_a_version():
    for symbol in TABLE.symbols:
        assert symbol.url.startswith("https://developer.apple.com/documentation/"), symbol.name
        assert version(symbol.since) >= (2,), symbol.name
    assert len({symbol.name for symbol in TABLE.symbols}) == len(TABLE.symbols)


def test_every_file_with_a_version_of_its_own_exists():
    assert set(languages._oldest()[1]) <= set(FILES)


def test_every_public_name_of_the_package_is_a_symbol_of_apple_s_or_says_why_not():
    mapped, own = dict(TABLE.package), dict(TABLE.own)
    assert set(mapped) | set(own) == set(afterswipe.__all__)
    assert not set(mapped) & set(own)
    assert set(mapped.values()) <= {symbol.name for symbol in TABLE.symbols}
    assert all(reason.endswith(".") for reason in own.values())


# The checks can fail.


def test_the_small_table_fits_its_example():
    assert check(USES_ALL) == []


def test_what_is_no_swift_is_found():
    (wrong,) = check(f"{USES_ALL}\nfunc {{ = )\n")[:1]
    assert wrong.startswith("snippets/swift/example.swift:")
    assert "no Swift" in wrong


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Tablet()", "the type Tablet"),
        ("Phone().vibrate()", "the member .vibrate"),
        ("hang()", "the member .hang"),
    ],
)
def test_an_unknown_symbol_says_which_row_to_add(line, name):
    (wrong,) = check(f"{USES_ALL}func c() {{ {line} }}\n")
    assert wrong.startswith("snippets/swift/example.swift:4: " + name)
    assert "Add to src/guide/swift/symbols.toml, below [symbols.FRAMEWORK]" in wrong


def test_names_of_the_files_themselves_need_no_row():
    own = "struct Tablet { var mine = 1; func vibrate() {} }\nfunc c(t: Tablet) { t.vibrate(); print1(t.mine) }\nfunc print1(_ x: Int1) {}\ntypealias Int1 = String\n"
    assert check(USES_ALL + own) == []


@pytest.mark.parametrize(
    "code",
    [
        "@available(iOS 26.0, *)\nfunc c() { Card() }",
        "@available(iOS 26, *)\nstruct C { func c() { Card() } }",
        "func c() { if #available(iOS 26, *) { Card() } }",
        "func c() { if #available(iOS 26.1, *) { Card() } else { Phone() } }",
        "func c() {\n guard #available(iOS 26, *) else { return }\n Card()\n}",
        "func c() { guard #available(iOS 26, *), let card = Card() else { return } }",
    ],
)
def test_a_newer_symbol_inside_of_an_availability_check_is_fine(code):
    assert check(f"{USES_ALL}{code}\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "func c() { Card() }",
        "@available(iOS 18, *)\nfunc c() { Card() }",
        "func c() { if #available(iOS 26, *) { Phone() } else { Card() } }",
        "func c() { if #available(iOS 26, *) { Phone() }\n Card() }",
        "func c() {\n Card()\n guard #available(iOS 26, *) else { return }\n}",
        "func c() { guard #available(iOS 26, *) else { Card(); return } }",
    ],
)
def test_a_newer_symbol_outside_of_an_availability_check_is_found(code):
    (wrong,) = check(f"{USES_ALL}{code}\n")
    assert "Card exists since iOS 26.0, and the file is for iOS 16.0 and later" in wrong
    assert "if #available(iOS 26.0, *)" in wrong


def test_a_row_without_a_use_is_found():
    unused = replace(SMALL.symbols[0], name="Phone.hang()")
    (wrong,) = check(USES_ALL, replace(SMALL, symbols=(*SMALL.symbols, unused)))
    assert "no Swift file and no mechanism names Phone.hang()" in wrong
    assert check(USES_ALL, replace(SMALL, symbols=(*SMALL.symbols, unused)), {"Phone.hang"}) == []


def test_a_name_of_the_package_without_a_row_is_found():
    (wrong,) = check(USES_ALL, replace(SMALL, package=(("hang", "Phone.hang"),)))
    assert "no row for it" in wrong
    assert "Phone.hang" in wrong


def test_a_name_of_the_mechanism_table_without_a_row_is_found():
    (wrong,) = check(USES_ALL, package={"Phone.ring", "Phone.fly"})
    assert "src/guide/mechanisms or [package.apple] names Phone.fly" in wrong


def test_an_unused_name_of_swift_s_own_is_found():
    (wrong,) = check(USES_ALL, replace(SMALL, swift=frozenset({"String", "Duration"})))
    assert "no Swift file uses Duration" in wrong


def test_an_unknown_import_and_an_unknown_claim_are_found():
    symbols = (replace(SMALL.symbols[0], claim="no.such-claim"), *SMALL.symbols[1:])
    wrong = check(f"import TabletKit\n{USES_ALL}", replace(SMALL, symbols=symbols))
    assert len(wrong) == 2
    assert "imports TabletKit" in wrong[0]
    assert "'no.such-claim'" in wrong[1]


def test_a_key_that_a_row_cannot_have_is_refused(tmp_path: Path):
    path = tmp_path / "table.toml"
    path.write_text(
        'oldest = "16.0"\nswift = []\n[files]\n[imports]\n[package.apple]\n[package.own]\n[symbols.Kit]\nA = { since = "1", sine = "2" }\n'
    )
    with pytest.raises(ValueError, match="A has the key 'sine'"):
        apple_symbols.table(path)


def test_versions_compare_as_numbers():
    assert version("9.0") < version("16.1") < version("16.10") < version("26")
    assert version("26") == version("26.0")


def test_the_page_has_every_row_and_every_file():
    page = apple_symbols.page()
    for symbol in TABLE.symbols:
        assert f'href="{symbol.url}"'.replace("&", "&amp;") in page
    for name in FILES:
        assert f"### {name}.swift {{: #{name} }}" in page


# How far a file was checked.


def test_compiled_is_said_of_these_bytes_alone(monkeypatch, tmp_path):
    compiled = {name for name in FILES if languages.how_checked(name).startswith("Compiled by Swift 6.")}
    assert compiled
    folder = tmp_path / "swift"
    folder.mkdir()
    for name in sorted(compiled):
        folder.joinpath(f"{name}.swift").write_text(snippets.swift(name) + "\n", encoding="utf-8")
    monkeypatch.setattr(snippets, "FOLDER", tmp_path)
    assert {languages.how_checked(name) for name in compiled} == {"Parsed by a test, not compiled."}


def test_no_page_shows_both_that_a_file_was_compiled_and_that_it_was_not():
    for name in FILES:
        html = languages.swift_html(name)
        assert html.count("ompiled by Swift") + html.count("Parsed by a test") == 1


def test_without_a_compiler_make_swift_says_so_and_changes_nothing(tmp_path):
    script = Path("src/guide/swift/compiler/swift.sh")
    before = languages.CHECKED.read_bytes()
    for tool in ("dirname", "uname", "sh"):
        tmp_path.joinpath(tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        [shutil.which("sh"), script], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "No swiftc here" in done.stderr
    assert languages.CHECKED.read_bytes() == before


# The recipe of the sync chapter: what its page says stands in the file.


def test_what_the_sync_chapter_names_stands_in_the_recipe():
    page = Path("docs/a-sync-that-survives.md").read_text(encoding="utf-8")
    rows = page.partition("## The recipe, as one file")[2].partition("```xml")[0]
    recipe = snippets.swift("sync_recipe")
    names = [name.partition("(")[0] for name in re.findall(r"`([A-Za-z]+(?:\([^`]*\))?)` \|", rows)]
    assert len(names) == 9
    assert [name for name in names if name not in recipe] == []
    for call in (
        "handleEventsForBackgroundURLSession",
        "downloadTaskResumeData",
        "afterEvents?()",
        "pushTokenUpdates",
        "pushToStartToken",
    ):
        assert call in recipe


def test_nothing_of_the_recipe_carries_the_main_actor_into_another_thread():
    """What the session calls is nonisolated, and what the system calls on a thread of its own is @Sendable (swift-check.md)."""
    recipe = snippets.swift("sync_recipe")
    for line in recipe.splitlines():
        if "func urlSession" in line:
            assert line.strip().startswith("nonisolated func"), line
    assert "expirationHandler = { @Sendable in" in recipe
    assert recipe.startswith("//")
    assert "@preconcurrency import ActivityKit" in recipe


# What compiles and still does not work.

NEEDS = {  # what is called, and what the app's Info.plist must have for it
    r"\bActivity\.request\(": "NSSupportsLiveActivities",
    r"\.frequentPushEnablementUpdates\b": "NSSupportsLiveActivitiesFrequentUpdates",
    r"\bBGTaskScheduler\.shared\.": "Info.plist",
    r"\bPKPushRegistry\(": "voip among the background modes",
    r"\bCLLocationUpdate\b": "NSLocationWhenInUseUsageDescription",
    r"\bCLBackgroundActivitySession\b": "location among the background modes",
    r": BADownloaderExtension\b": "BAInitialDownloadRestrictions",
    r": PHBackgroundResourceUploadJobExtension\b": "BackgroundUploadURLBase",
    r"\benableUploadJobExtension\b": "NSPhotoLibraryUsageDescription",
}
# The system calls these, or encodes and decodes them, on threads of its own: a class or structure that a new
# project's setting puts on the main actor would run there although it says that it does not.
OFF_THE_MAIN_THREAD = "ActivityAttributes|BADownloaderExtension|PHBackgroundResourceUploadJobExtension"


def lacks(text: str) -> list[str]:
    found = [key for called, key in NEEDS.items() if re.search(called, text) and key not in text]
    found += re.findall(
        rf"^(?!nonisolated ).*\b(?:struct|class) (\w+): (?:{OFF_THE_MAIN_THREAD})\b", text, re.M
    )
    events, made = (
        "handleEventsForBackgroundURLSession identifier",
        "didFinishLaunchingWithOptions launchOptions",
    )
    return found + [made] * (events in text and made not in text)


@pytest.mark.parametrize(
    "path", sorted((snippets.FOLDER / "swift").glob("*.swift")), ids=lambda path: path.stem
)
def test_a_file_says_what_the_info_plist_needs_stays_off_the_main_actor_and_finds_its_session_at_launch(path):
    assert lacks(path.read_text(encoding="utf-8")) == []


def test_an_expiration_handler_of_a_task_never_carries_the_main_actor_along():
    """The system calls it on a queue of its own: developers report the crash (docs/handlers.md, wrong-queue)."""
    pages = [*Path("docs").rglob("*.md"), *(snippets.FOLDER / "swift").glob("*.swift")]
    found = [
        f"{path}: {line.strip()[:80]}"
        for path in pages
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"expirationHandler = \{(?! @Sendable)", line)
    ]
    assert found == []
