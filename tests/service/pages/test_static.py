"""Static files: kept for ever under the digest of their content, compressed, small."""

import gzip

from service.pages import static


async def test_a_file_is_kept_for_ever_under_its_own_digest(anybody):
    answer = await anybody.get(static.url("style.css"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == (static.FOLDER / "style.css").read_text()
    again = await anybody.get(static.url("style.css"), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_under_an_old_digest_it_is_not_kept(anybody):
    answer = await anybody.get("/static/0000/page.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


async def test_without_gzip_it_comes_plain(anybody):
    answer = await anybody.get(static.url("chart.js"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.text == (static.FOLDER / "chart.js").read_text()


async def test_only_our_own_files_are_there(anybody):
    for path in ("/static/0000/..%2Froutes.py", "/static/0000/routes.py", "/static/0000/nothing"):
        assert (await anybody.get(path)).status_code == 404


async def test_plotly_comes_whole_from_the_installed_package(anybody):
    answer = await anybody.get(static.url("plotly.js"))
    assert answer.content == static.FILES["plotly.js"][0].read_bytes()
    assert int(answer.headers["content-length"]) < 1_600_000


def test_our_own_files_are_small():
    assert len((static.FOLDER / "style.css").read_bytes()) < 20_000
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in static.FOLDER.iterdir()}
    of_one_kind_of_page = max(
        sizes.pop(name) for name in ("answer.css", "lead.css", "log.css", "mine.css", "policy.css")
    )
    for wanted_seldom in ("copy.js", "left.js", "take.js", "thank.js", "suggest.js", "send.js"):
        del sizes[wanted_seldom]  # loaded when it is wanted
    assert sum(sizes.values()) + of_one_kind_of_page < 12_000
