"""The conversation with an OpenID provider: what it says of itself, the way there, and the code for an ID token.

Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

import asyncio
import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec
import structlog

from service.sign_in.model import LOOPBACK, ProviderAway, Setting, SignInFailed, refuse, safe_address

log = structlog.get_logger()

SECONDS = 4.0  # for one question to a provider
TOGETHER_SECONDS = 9.0  # for all questions of one sign-in
MOST_BYTES = 1_000_000  # of one answer
CONNECTIONS = 20  # to all providers together

T = TypeVar("T")


class Metadata(msgspec.Struct, frozen=True):
    """What a provider says of itself; the rest is not looked at."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """What a provider gives for a code."""

    id_token: str
    access_token: str = ""


class Secrets(msgspec.Struct, frozen=True):
    """What only this browser and this sign-in know: made from the cookie's secret, so nothing of it is stored."""

    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """Return the S256 challenge of the verifier."""
        return _url64(sha256(self.verifier.encode()).digest())


def secrets_of(browser: str) -> Secrets:
    """Return nonce and PKCE verifier of a sign-in, each 256 bits, from the secret in its browser's cookie."""
    made = (hmac.digest(browser.encode("utf-8", "surrogatepass"), what, "sha256") for what in (b"nonce", b"verifier"))
    return Secrets(*map(_url64, made))


@asynccontextmanager
async def outgoing() -> AsyncIterator[httpx.AsyncClient]:
    """Open the connections to providers; redirects are not followed, nothing is read from the environment."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=SECONDS, limits=limits, trust_env=False, follow_redirects=False) as client:
        yield client


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Bound what one sign-in asks of a provider, and name what fails on the way.

    Raises
    ------
    ProviderAway : it does not answer in time, or not as a provider does.
    """
    try:
        async with asyncio.timeout(TOGETHER_SECONDS):
            yield
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        msgspec.MsgspecError,
        TimeoutError,
        UnicodeError,
        RecursionError,
    ) as trouble:
        log.warning("provider_away", error=type(trouble).__name__)
        raise ProviderAway("your organization's sign-in service does not answer; try again in a while") from trouble


async def discover(client: httpx.AsyncClient, setting: Setting) -> Metadata:
    """Ask the provider what it is; it must be the issuer that was set, and every address of it safe.

    Raises
    ------
    SignInFailed : it is not.
    """
    address = setting.issuer.rstrip("/") + "/.well-known/openid-configuration"
    found = msgspec.json.decode(await _ask(client, "GET", address), type=Metadata)
    if found.issuer != setting.issuer:
        refuse("issuer of the discovery")
    loopback = urlsplit(setting.issuer).scheme == "http" and urlsplit(setting.issuer).hostname in LOOPBACK
    for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint):
        if endpoint is not None and not safe_address(endpoint, loopback=loopback):
            refuse("address of an endpoint")
    return found


def way_there(metadata: Metadata, setting: Setting, state: str, secrets: Secrets, back: str) -> str:
    """Return the address at the provider where the person signs in, which leads to `back`."""
    asked = {
        "response_type": "code",
        "client_id": setting.client_id,
        "redirect_uri": back,
        "scope": "openid email",
        "state": state,
        "nonce": secrets.nonce,
        "code_challenge": secrets.challenge,
        "code_challenge_method": "S256",
    }
    endpoint = metadata.authorization_endpoint
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(asked)


async def exchange(
    client: httpx.AsyncClient, metadata: Metadata, setting: Setting, code: str, proof: tuple[str, str]
) -> Tokens:
    """Give the code for tokens; `proof` is the PKCE verifier and the address the code was sent to.

    Raises
    ------
    SignInFailed : the provider does not take it: used, expired, or another's.
    """
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": proof[0], "redirect_uri": proof[1]}
    headers = {}
    methods = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
    if setting.client_secret is None:
        form["client_id"] = setting.client_id
    elif "client_secret_basic" in methods:
        pair = f"{quote(setting.client_id, safe='')}:{quote(setting.client_secret, safe='')}"
        headers["authorization"] = "Basic " + b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": setting.client_id, "client_secret": setting.client_secret}
    return msgspec.json.decode(
        await _ask(client, "POST", metadata.token_endpoint, data=form, headers=headers), type=Tokens
    )


async def keys(client: httpx.AsyncClient, metadata: Metadata) -> dict[str, Any]:
    """Return the provider's keys, fresh each time: sign-ins are rare, and a key may be changed in a hurry."""
    return msgspec.json.decode(await _ask(client, "GET", metadata.jwks_uri), type=dict[str, Any])


async def userinfo(client: httpx.AsyncClient, metadata: Metadata, tokens: Tokens) -> dict[str, Any]:
    """Return what the provider tells of the person besides the ID token; nothing where it has no such address."""
    if metadata.userinfo_endpoint is None or not tokens.access_token:
        return {}
    headers = {"authorization": f"Bearer {tokens.access_token}"}
    return msgspec.json.decode(
        await _ask(client, "GET", metadata.userinfo_endpoint, headers=headers), type=dict[str, Any]
    )


async def _ask(client: httpx.AsyncClient, method: str, address: str, **given: Any) -> bytes:  # noqa: ANN401 - httpx's own
    """Return the body of a good answer, read no further than it may be long."""
    given["headers"] = {"accept": "application/json", **given.get("headers", {})}
    async with client.stream(method, address, **given) as answer:
        body = b""
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise httpx.DecodingError("the answer is too long", request=answer.request)
        if 400 <= answer.status_code < 500:
            refuse(f"answer {answer.status_code} of the provider")
        if answer.status_code != 200:
            raise httpx.HTTPStatusError("not a good answer", request=answer.request, response=answer)
    return body


def _url64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Finding(msgspec.Struct, frozen=True):
    """What asking a provider what it is came to: `fine`, or what is wrong; `says` the issuer that it calls itself."""

    code: str
    says: str = ""


async def examine(client: httpx.AsyncClient, issuer: str) -> Finding:
    """Ask whether people could sign in at `issuer`, for whoever sets it; tells kinds of trouble only."""
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        async with asyncio.timeout(TOGETHER_SECONDS):
            found = msgspec.json.decode(await _ask(client, "GET", address), type=Metadata)
    except (SignInFailed, httpx.HTTPStatusError):
        return Finding("not_there")
    except (msgspec.MsgspecError, httpx.DecodingError, RecursionError, UnicodeDecodeError):
        return Finding("no_provider")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError):
        return Finding("unreachable")
    if found.issuer != issuer:
        return Finding("other_issuer", found.issuer[:500])
    loopback = urlsplit(issuer).scheme == "http" and urlsplit(issuer).hostname in LOOPBACK
    endpoints = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
    safe = all(safe_address(endpoint, loopback=loopback) for endpoint in endpoints if endpoint is not None)
    return Finding("fine" if safe else "unsafe")
