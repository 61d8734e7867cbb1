"""Rows of what opens Talkoot: ways in, links, tokens, granted roles; and of what is open to everybody."""

from tests.service.walls.row import get, page, post, put

PROVIDER = {"issuer": "https://login.example", "client_id": "talkoot"}
ADMINISTRATOR = {"administrator"}
ADMINISTRATORS = {"may": ADMINISTRATOR}

ROWS = [
    # Without a credential.
    get("/api/docs", open=True),
    get("/api/docs/{name:str}", open=True),
    get("/api/openapi.json", open=True),
    get("/health/live", open=True),
    get("/health/ready", open=True),
    get("/sign-in", open=True),
    post(
        "/sign-in",
        lambda ids: {"organization_id": ids["organization"], "person_id": ids["person"]},
        open=True,
        form=True,
        ok=404,
    ),
    post("/language", lambda _: {"language": "en"}, open=True, form=True, ok=303),
    get("/static/{digest:str}/{name:str}", open=True, ok=404),
    # Ways in and links: whoever holds the secret, whatever else they are.
    page("/sign-in/start", lambda _: {"who": "nobody@nowhere.example"}, open=True, ok=200),
    get("/sign-in/callback", open=True, ok=403),
    get("/sign-in/link/{secret:str}", open=True, fresh="way in"),
    page("/sign-in/link/{secret:str}", open=True, fresh="way in"),
    get("/s/{secret:str}", open=True, fresh="question"),
    page("/s/{secret:str}", lambda _: {"words": "Well done"}, open=True, ok=200, fresh="question"),
    get("/p/{secret:str}", open=True, fresh="contact's page"),
    page("/p/{secret:str}", lambda _: {"rhythm": "yearly"}, open=True, fresh="contact's page"),
    # Administrators' own.
    get("/api/tokens", **ADMINISTRATORS, fresh="token", lists=("token", ADMINISTRATOR)),
    post("/api/tokens", lambda _: {"role": "service"}, **ADMINISTRATORS),
    post("/api/tokens/{token_id:uuid}/end", **ADMINISTRATORS, ok=200, foreign=404, fresh="token"),
    get("/tokens", **ADMINISTRATORS, fresh="token", lists=("token", ADMINISTRATOR)),
    page(
        "/tokens",
        lambda ids: {"key": ids["key"], "name": "A program", "role": "service", "read": "true"},
        **ADMINISTRATORS,
        ok=200,
    ),
    page("/tokens/{token_id:uuid}/end", **ADMINISTRATORS, foreign=404, fresh="token"),
    get("/api/roles", **ADMINISTRATORS, fresh="role", lists=("role", ADMINISTRATOR)),
    post("/api/roles", lambda ids: {"role": "hr", "person_id": ids["person"]}, **ADMINISTRATORS, foreign=422),
    post("/api/roles/{role_id:uuid}/end", **ADMINISTRATORS, ok=200, foreign=404, fresh="role"),
    get("/api/sign-in-setting", **ADMINISTRATORS, fresh="provider"),
    put("/api/sign-in-setting", lambda _: PROVIDER, **ADMINISTRATORS),
    post("/api/sign-in-setting/end", **ADMINISTRATORS, ok=204, fresh="provider"),
    # The framework's own description of the API.
    get("/schema"),
    get("/schema/openapi.json"),
    get("/schema/{path:str}", ok=404),
]
