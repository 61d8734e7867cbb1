"""The border refuses what nobody can mean, in one shape, and never with a 500."""

import asyncio
import json
import re

import pytest

from scoring.exchange import columns
from service.base import border

NUL_CURSOR = "WyJhXHUwMDAwIiwiMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0="  # its name holds NUL


def test_the_api_takes_what_the_exchange_folder_takes():
    for bound in ("MAX_ID", "MAX_NAME", "MAX_TEXT", "EARLIEST", "LATEST"):
        assert getattr(border, bound) == getattr(columns, bound)


def refused(answer, *statuses):
    """Assert a clear refusal in the one shape."""
    assert answer.status_code in (statuses or range(400, 500)), (answer.status_code, answer.text)
    body = answer.json()
    assert sorted(body) == ["code", "detail", "message"]
    assert body["code"]
    assert body["message"]
    return body


@pytest.fixture
async def ben(api, north):
    return await api(north, "ben")


@pytest.fixture
async def admin(api, north):
    return await api(north, "ada", "administrator")


KUDOS = {
    "an unknown field": {"colour": "red"},
    "a wrong type": {"message": 7},
    "a list for text": {"message": ["hello"]},
    "text for an id": {"receiver_id": "ada"},
    "nothing for an id": {"receiver_id": None},
    "no words": {"message": ""},
    "too many words": {"message": "x" * 4001},
    "NUL": {"message": "a\0b"},
    "NUL in an id": {"criterion": "a\0b"},
    "a number for an id": {"project_id": 7},
    "an unknown criterion": {"criterion": "nowhere"},
    "an unknown project": {"project_id": "00000000-0000-4000-8000-000000000000"},
    "an unknown receiver": {"receiver_id": "00000000-0000-4000-8000-000000000000"},
    "somebody else as giver": {"giver_id": "00000000-0000-4000-8000-000000000000"},
    "an own time": {"at": "2020-01-01T00:00:00Z"},
    "the year 10000": {"at": "10000-01-01T00:00:00Z"},
    "a time without offset": {"at": "2020-01-01T00:00:00"},
    "a time as a number": {"at": 5},
}


@pytest.mark.parametrize("fault", KUDOS.values(), ids=KUDOS.keys())
async def test_bad_kudos_are_refused(ben, north, fault):
    refused(await ben.post("/api/kudos", json={"receiver_id": str(north.ada), "message": "Thank you", **fault}))


RAW = {
    "nothing": b"",
    "half of something": b'{"message": "x"',
    "not JSON": b"message=x",
    "not UTF-8": b'{"message": "\xff\xfe"}',
    "a lone surrogate": b'{"message": "\\ud800"}',
    "two lone surrogates": b'{"message": "\\udfff\\ud800"}',
    "a raw surrogate": b'{"message": "\xed\xa0\x80"}',
    "a raw NUL": b'{"message": "a\x00b"}',
    "NaN": b'{"message": NaN}',
    "a huge number": b'{"message": ' + b"9" * 5000 + b"}",
    "infinity": b'{"message": 1e99999}',
    "deep nesting": b"[" * 100_000,
    "deep nesting inside": b'{"message": ' + b'{"a":' * 100_000,
    "null": b"null",
    "a list": b"[]",
    "a word": b'"x"',
}


@pytest.mark.parametrize("path", ["/api/kudos", "/api/feedback", "/api/people", "/api/projects"])
@pytest.mark.parametrize("body", RAW.values(), ids=RAW.keys())
async def test_what_is_not_the_json_asked_for_is_refused(api, north, path, body):
    client = await api(north, "ada", "administrator")
    refused(await client.post(path, content=body, headers={"content-type": "application/json"}), 400)


async def test_a_field_given_twice_is_refused_and_named(ben, north):
    body = f'{{"receiver_id": "{north.ada}", "message": "Thank you", "message": "No"}}'
    answer = await ben.post("/api/kudos", content=body, headers={"content-type": "application/json"})
    assert refused(answer, 400)["message"] == "'message': given more than once"


async def test_numbers_too_long_for_anybody_are_no_fault_of_ours(api, north):
    client = await api(north, "cleo", "hr")
    body = '{"changes": {"k": ' + "9" * 5000 + "}}"
    refused(
        await client.post("/api/policies/previews", content=body, headers={"content-type": "application/json"}), 400
    )


async def test_ten_megabytes_are_refused(ben, north):
    body = {"receiver_id": str(north.ada), "message": "x" * 10_000_000}
    refused(await ben.post("/api/kudos", json=body), 413)


async def test_ten_megabytes_without_a_length_are_refused(ben):
    async def chunks():
        for _ in range(200):
            yield b"x" * 50_000
            await asyncio.sleep(0)

    refused(await ben.post("/api/kudos", content=chunks(), headers={"content-type": "application/json"}), 413)


async def test_what_does_not_say_it_is_json_is_refused(ben, north):
    body = json.dumps({"receiver_id": str(north.ada), "message": "Thank you"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused(await ben.post("/api/kudos", content=body, headers={"content-type": kind}), 415)


async def test_json_with_a_charset_is_json(ben, north):
    body = json.dumps({"receiver_id": str(north.ada), "message": "Kiitos äiti ☕"})
    headers = {"content-type": "application/json; charset=utf-8"}
    assert (await ben.post("/api/kudos", content=body, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/nowhere", (404, "not_found")),
        ("GET", "/api/nowhere", (404, "not_found")),
        ("GET", "/api/people/not-a-uuid", (404, "not_found")),
        ("GET", "/api/people/00000000-0000-4000-8000-000000000000", (404, "not_found")),
        ("DELETE", "/api/people", (405, "method_not_allowed")),
        ("GET", "/api/people?limit=0", (400, "invalid")),
        ("GET", "/api/people?limit=201", (400, "invalid")),
        ("GET", "/api/people?limit=many", (400, "invalid")),
        ("GET", "/api/people?limit=99999999999999999999999", (400, "invalid")),
        ("GET", "/api/people?after=%00", (400, "invalid")),
        ("GET", "/api/people?after=nonsense", (400, "invalid")),
        ("GET", f"/api/people?after={NUL_CURSOR}", (400, "invalid")),
        ("GET", "/api/kudos?receiver_id=ada", (400, "invalid")),
        ("GET", "/api/badges/grants", (400, "invalid")),
        ("POST", "/api/badges/%00/grants", (400, "invalid")),
    ],
)
async def test_every_refusal_has_the_one_shape(api, north, method, path, refusal):
    status, code = refusal
    client = await api(north, "ada", "administrator")
    assert refused(await client.request(method, path), status)["code"] == code


PEOPLE = {
    "no name": {},
    "a long name": {"name": "x" * 201},
    "an unknown role": {"name": "Zoe", "role": "king"},
    "no email address": {"name": "Zoe", "email": "zoe"},
    "the year 1": {"name": "Zoe", "joined_at": "0001-01-01T00:00:00+14:00"},
    "the last moment": {"name": "Zoe", "joined_at": "9999-12-31T23:59:59-14:00"},
    "leaving before joining": {"name": "Zoe", "joined_at": "2026-01-02T00:00:00Z", "left_at": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("body", PEOPLE.values(), ids=PEOPLE.keys())
async def test_bad_people_are_refused(admin, body):
    refused(await admin.post("/api/people", json=body), 400)


@pytest.mark.parametrize("share", [-1, -0.001, 1_000_001, "1", True, 1e400])
async def test_bad_shares_are_refused(admin, north, share):
    body = json.dumps({"person_id": str(north.ben), "share": share}).replace("Infinity", "1e400")
    path = f"/api/projects/{north.delivery}/members"
    refused(await admin.post(path, content=body, headers={"content-type": "application/json"}), 400)


@pytest.mark.parametrize("rating", [0, 6, -1, 2.5, "3", True, None, 10**30])
async def test_bad_ratings_are_refused(ben, north, rating):
    body = {"receiver_id": str(north.ada), "ratings": {"collaboration": rating}}
    refused(await ben.post("/api/feedback", json=body), 400)


async def test_a_key_that_is_no_key_is_refused(ben, north):
    body = {"receiver_id": str(north.ada), "message": "Thank you"}
    for key in ("", "x" * 201, "caf\xe9"):
        refused(await ben.post("/api/kudos", json=body, headers=[(b"idempotency-key", key.encode("latin-1"))]), 400)


async def test_a_header_that_is_no_text_is_refused(anybody):
    for value in (b"Bearer \xff\xfe", b"Bearer " + b"x" * 100_000, b"Basic eA==", b"Bearer"):
        answer = await anybody.get("/api/people", headers=[(b"authorization", value)])
        assert answer.status_code in {400, 401, 431}


@pytest.mark.parametrize("path", ["/api/care-tasks?project_id=x", "/api/scoring/runs?limit=3&foo=1", "/api/me/looks?x"])
async def test_a_parameter_that_a_route_does_not_have_is_refused_by_name(api, north, path):
    answer = await (await api(north, "cleo", "administrator")).get(path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "unknown_parameter")
    assert body["detail"] == {"parameters": [re.search(r"(project_id|foo|x)(=.)?$", path)[1]]}
    assert body["detail"]["parameters"][0] in body["message"]


async def test_every_route_of_the_api_refuses_what_it_does_not_read(service, api, north):
    """One guard for all of them, whatever the method: asked of each by an address that nobody thought of."""
    client = await api(north, "cleo", "administrator")
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    asked = 0
    for path, methods in paths.items():
        if not path.startswith("/api"):
            continue
        made = re.sub(r"{number}", "1", path)
        made = re.sub(r"{\w+}", str(north.ada), made)
        for method in methods:
            answer = await client.request(method, f"{made}?nobody_reads_this=1")
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter"), (method, path)
            asked += 1
    assert asked > 80
