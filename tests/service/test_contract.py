"""The description of the API tells the truth about refusals and repeated requests."""

import pytest


@pytest.fixture
async def description(anybody):
    return (await anybody.get("/api/openapi.json")).json()


def operations(description):
    return [(m, path, told) for path, methods in description["paths"].items() for m, told in methods.items()]


async def test_every_operation_says_what_it_does_and_how_it_refuses(description):
    assert len(operations(description)) > 40
    for method, path, told in operations(description):
        assert told.get("description"), (method, path)
        for code in ("400", "401", "403", "404"):
            shape = told["responses"][code]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Error"}
    assert list(description["components"]["schemas"]["Error"]["properties"]) == ["code", "message", "detail"]


async def test_every_unsafe_operation_takes_a_key_for_asking_twice(description):
    keyed = {
        (method, path)
        for method, path, told in operations(description)
        if any(parameter["name"] == "Idempotency-Key" for parameter in told["parameters"])
    }
    assert keyed == {(m, path) for m, path, _ in operations(description) if m != "get"}


async def test_a_refusal_has_the_shape_that_is_described(api, north, description):
    refused = await (await api(north, "ben")).post("/api/kudos", json={"receiver_id": str(north.ada), "message": "  "})
    assert refused.status_code == 400
    assert list(refused.json()) == description["components"]["schemas"]["Error"]["required"]
