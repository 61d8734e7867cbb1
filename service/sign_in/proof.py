"""What an ID token must hold before anybody is believed to be who it says. Pure: no network, no database.

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 8725 (JSON Web Token best current practices).
"""

import hmac
from math import nan
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.sign_in.model import Proved, Setting, refuse

# Public-key signatures only: never `none`, and never HS256, whose secret would be the public key.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
LEEWAY_SECONDS = 30  # two clocks are never quite alike
OLDEST_SECONDS = 600  # of an ID token that was just asked for
LATEST = 10**11  # seconds since 1970: what lies after the year 5000 is no time
LONGEST_TOKEN = 100_000  # characters
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 320


def claims_of(id_token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of an ID token whose signature is of one of the provider's public keys.

    Raises
    ------
    SignInFailed : it is not.
    """
    if len(id_token) > LONGEST_TOKEN:
        refuse("length of the ID token")
    try:
        usable = [key for key in keys["keys"] if key["kty"] in KEY_TYPES and key.get("use", "sig") == "sig"]
        return dict(jwt.decode(id_token, KeySet.import_key_set({"keys": usable}), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        refuse(f"signature: {type(wrong).__name__}")


def check(claims: dict[str, Any], setting: Setting, nonce: str, now: float) -> str:
    """Check what an ID token claims at the moment `now` (seconds since 1970); return its subject.

    Raises
    ------
    SignInFailed : a claim is missing or does not fit.
    """
    audiences = claims.get("aud")
    audiences = [audiences] if isinstance(audiences, str) else audiences
    subject, expires, issued = claims.get("sub"), claims.get("exp"), claims.get("iat")
    party = claims.get("azp")
    fits = {
        "iss": claims.get("iss") == setting.issuer,
        "aud": isinstance(audiences, list) and setting.client_id in audiences,
        "azp": party == setting.client_id if party is not None else audiences == [setting.client_id],
        "exp": now < _time(expires) + LEEWAY_SECONDS,
        "iat": now - OLDEST_SECONDS <= _time(issued) <= now + LEEWAY_SECONDS,
        "nonce": hmac.compare_digest(str(claims.get("nonce")).encode("utf-8", "replace"), nonce.encode()),
        "sub": _is_text(subject, LONGEST_SUBJECT),
    }
    for name, good in fits.items():
        if not good:
            refuse(name)
    return str(subject)


def proved(setting: Setting, subject: str, told: dict[str, Any]) -> Proved:
    """Return who this is, with their address only where the provider calls it verified and the organization has it."""
    email = told.get("email")
    sure = told.get("email_verified") is True and _is_text(email, LONGEST_EMAIL)
    # Letters outside ASCII could become somebody else's address in small letters (the Kelvin sign is a `k`).
    address = str(email).lower() if sure and str(email).isascii() else ""
    fits = not setting.domains or address.rpartition("@")[2] in setting.domains
    return Proved(setting.issuer, subject, address if address and fits else None)


def _time(value: object) -> float:
    """Return seconds since 1970; what is no time fits no comparison."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LATEST
    return float(value) if fits else nan  # type: ignore[arg-type] # it is a number where it fits


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
