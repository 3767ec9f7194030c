"""The server for writing: pages that reload themselves, ranges for the example that resumes, and the files as they are."""

import asyncio
import socket

import httpx
import pytest

from guide import serve as serving
from guide.errors import BuildError
from guide.serve import Preview


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text("<html><body>Hello</body></html>")
    (tmp_path / "404.html").write_text("<html><body>Not here</body></html>")
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "one.mp3").write_bytes(bytes(range(100)))
    (tmp_path / "code.mjs").write_text("export {}")
    return tmp_path


def ask(app, path, **headers):
    async def once():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(once())


def test_a_page_reloads_itself_and_the_file_stays_as_it_is(site):
    assert "_reload.js" in ask(Preview(site).app, "/").text
    assert "_reload.js" not in (site / "index.html").read_text()


def test_the_number_of_the_build_changes_with_the_build(site):
    preview = Preview(site)
    before = ask(preview.app, "/_build").text
    preview.builds += 1
    assert ask(preview.app, "/_build").text != before


def test_a_part_of_a_file_can_be_asked_for(site):
    app = Preview(site).app
    whole = ask(app, "/feed/one.mp3")
    part = ask(app, "/feed/one.mp3", Range="bytes=60-", **{"If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.headers["Content-Range"]) == (206, "bytes 60-99/100")
    assert part.content == whole.content[60:]
    assert ask(app, "/feed/one.mp3", Range="bytes=100-").status_code == 416


def test_a_module_is_served_as_a_module_and_nothing_from_a_stale_cache(site):
    answer = ask(Preview(site).app, "/code.mjs")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_what_is_not_there_is_the_sites_own_404(site):
    answer = ask(Preview(site).app, "/nowhere/")
    assert answer.status_code == 404
    assert "Not here" in answer.text


def test_a_port_that_is_taken_is_said_with_another_one_to_try(monkeypatch):
    monkeypatch.setattr(serving, "build_site", lambda: None)
    monkeypatch.setattr(serving, "prepare_drafts", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BuildError, match=rf"make serve PORT={port + 1}"):
            serving.serve(port)


@pytest.mark.parametrize(
    ("path", "is_source"),
    [
        ("docs/thirty-seconds.md", True),
        ("docs/assets/site.css", True),
        ("snippets/swoop.py", True),
        ("docs/reference/api/phone.md", True),
        ("src/guide/__pycache__/serve.pyc", False),
    ],
)
def test_what_a_build_writes_itself_asks_for_no_other_build(path, is_source):
    assert serving._is_source(None, str(serving.ROOT / path)) == is_source


class Build:
    """A whole build that ends when the test says so."""

    def __init__(self):
        self.code = None

    def poll(self):
        return self.code


class Writing:
    """A desk with a preview, builds that run until they are ended, and a list of what was drafted."""

    def __init__(self, tmp_path, monkeypatch):
        monkeypatch.setattr(serving, "ROOT", tmp_path)
        for folder in ("docs", "build/docs"):
            (tmp_path / folder).mkdir(parents=True)
            for name in ("a.md", "b.md"):
                (tmp_path / folder / name).write_text("# A page\n")
        self.root, self.preview = tmp_path, Preview(tmp_path)
        self.drafts, self.builds, self.well = [], [], True
        self.desk = serving.Desk(self.preview, self.draft, self.start)

    def draft(self, names):
        self.drafts.append(list(names))
        return self.well

    def start(self):
        self.builds.append(Build())
        return self.builds[-1]

    def save(self, *names):
        self.desk.saved([self.root / name for name in names])

    def end(self, code=0):
        self.builds[-1].code = code
        self.desk.look()


@pytest.fixture
def writing(tmp_path, monkeypatch):
    return Writing(tmp_path, monkeypatch)


def test_a_saved_page_is_shown_at_once_and_not_again_by_the_whole_build(writing):
    writing.save("docs/a.md")
    assert (writing.drafts, writing.preview.builds, len(writing.builds)) == ([["a.md"]], 1, 1)
    writing.end()
    assert (writing.preview.builds, len(writing.builds)) == (1, 1)


@pytest.mark.parametrize("name", ["docs/new.md", "docs/assets/site.css", "snippets/swoop.py"])
def test_anything_else_is_shown_by_the_whole_build(writing, name):
    writing.save(name)
    assert (writing.drafts, writing.preview.builds, len(writing.builds)) == ([], 0, 1)
    writing.end()
    assert writing.preview.builds == 1


def test_a_draft_that_fails_waits_for_the_whole_build(writing):
    writing.well = False
    writing.save("docs/a.md")
    assert writing.preview.builds == 0
    writing.end()
    assert writing.preview.builds == 1


def test_what_is_saved_during_a_build_is_drafted_again_after_it_and_built_next(writing):
    writing.save("docs/a.md")
    writing.save("docs/b.md")
    assert len(writing.builds) == 1
    writing.end()
    assert writing.drafts == [["a.md"], ["b.md"], ["b.md"]]
    assert len(writing.builds) == 2
    writing.end()
    assert (len(writing.builds), writing.preview.builds) == (2, 2)


def test_a_build_that_fails_leaves_what_it_had_to_show_to_the_next(writing):
    writing.save("snippets/swoop.py")
    writing.end(code=1)
    assert writing.preview.builds == 0
    writing.save("docs/a.md")
    writing.end()
    assert writing.preview.builds == 2
