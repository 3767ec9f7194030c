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
        ("docs/reference/api.md", True),
        ("src/guide/__pycache__/serve.pyc", False),
    ],
)
def test_what_a_build_writes_itself_asks_for_no_other_build(path, is_source):
    assert serving._is_source(None, str(serving.ROOT / path)) == is_source
