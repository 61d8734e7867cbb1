"""What the description of the API says of every operation alike: its refusals, and the key for asking twice."""

from typing import Any

ERRORS = {
    "400": "The input does not fit; the message names the field.",
    "401": "No credential, or one that is unknown, expired or revoked.",
    "403": "The caller's role does not allow it.",
    "404": "There is no such thing in the caller's organization.",
    "409": "A rule forbids it, or it is there already.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "An unknown parameter, a body that names what does not exist, or an Idempotency-Key used with another body.",
    "429": "Asked too often in this minute; `Retry-After` says when the next one begins.",
    "503": "Too much at once; `Retry-After` says when to try again.",
}
READING = ("400", "401", "403", "404", "409", "422", "429", "503")
UNSAFE = ("post", "patch", "put", "delete")
SHAPE = {
    "type": "object",
    "required": ["code", "message", "detail"],
    "properties": {
        "code": {"type": "string", "description": "Stable; listed in service/README.md."},
        "message": {"type": "string", "description": "A sentence that says what to do."},
        "detail": {"type": "object", "description": "What it is about."},
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "The same key with the same body within 24 hours has one effect and gets the same answer.",
}


def complete(description: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description with the one error shape and the idempotency key on every operation it fits."""
    components = {**description["components"]}
    components["schemas"] = {**components.get("schemas", {}), "Error": SHAPE}
    paths = {path: _with_all(methods) for path, methods in description["paths"].items()}
    return {**description, "components": components, "paths": paths}


def _with_all(methods: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(method, told) if "responses" in told else told for method, told in methods.items()}


def _operation(method: str, told: dict[str, Any]) -> dict[str, Any]:
    codes = ERRORS if method in UNSAFE else READING
    refusals = {code: _refusal(ERRORS[code]) for code in codes}
    good = {code: answer for code, answer in told["responses"].items() if code not in refusals}
    keyed = [*told.get("parameters", []), KEY] if method in UNSAFE else told.get("parameters", [])
    return {**told, "parameters": keyed, "responses": good | refusals}


def _refusal(description: str) -> dict[str, Any]:
    shape = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": description, "content": {"application/json": shape}}
