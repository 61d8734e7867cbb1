"""A small OpenID provider that lies on demand, over real HTTP: what the certified one never would say."""

import hmac
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, CLIENT_SECRET = "talkoot", "s3cret/with:signs"
KEYS = {
    "good": RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}),
    "other": RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}),
    "curve": ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"}),
}


def b64(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims):
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEYS["good"])


def unsigned(claims):
    """The classic: `alg: none` and no signature."""
    return f"{b64(json.dumps({'alg': 'none', 'kid': 'one'}).encode())}.{b64(json.dumps(claims).encode())}."


def by_hash(claims, secret):
    head = b64(json.dumps({"alg": "HS256", "kid": "one"}).encode()) + "." + b64(json.dumps(claims).encode())
    return f"{head}.{b64(hmac.digest(secret, head.encode(), 'sha256'))}"


def by_public_key(claims):
    """The other classic: HS256, with the public key, which everybody has, as its secret."""
    return by_hash(claims, KEYS["good"].as_pem(private=False))


def by_client_secret(claims):
    return by_hash(claims, CLIENT_SECRET.encode())


def by_another_key(claims):
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEYS["other"])


def by_curve(claims):
    return jwt.encode({"alg": "ES256", "kid": "two"}, claims, KEYS["curve"], algorithms=["ES256"])


def by_unknown_key(claims):
    return jwt.encode({"alg": "RS256", "kid": "nowhere"}, claims, KEYS["good"])


def changed_after(claims):
    head, _, signature = signed(claims).split(".")
    return f"{head}.{b64(json.dumps(claims | {'sub': 'somebody else'}).encode())}.{signature}"


class Provider:
    """What one provider says; every test gets a fresh one and changes what it wants."""

    def __init__(self):
        self.address = ""
        self.metadata = {}  # over the honest ones
        self.claims = {}  # over the honest ones; None leaves one out
        self.sign = signed
        self.userinfo = {}
        self.codes = {}
        self.forgets = False  # which codes were used
        self.asked = []
        self.wait = 0.0
        self.answers = {}  # path -> (status, body) instead

    def grant(self, way):
        """Play the person who signs in at `way`, the address our service sends to: a code for it."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(way).query).items()}
        code = token_urlsafe(16)
        self.codes[code] = asked
        return code, asked

    def discovery(self):
        honest = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/me",
        }
        return {key: value for key, value in (honest | self.metadata).items() if value is not None}

    def token(self, form, authorization):
        asked = self.codes.get(form.get("code"))
        if not self.forgets:
            self.codes.pop(form.get("code"), None)  # a code works once
        pair = b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ""
        if asked is None or pair != "talkoot:s3cret%2Fwith%3Asigns":
            return 400, {"error": "invalid_grant"}
        if b64(sha256(form["code_verifier"].encode()).digest()) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        if form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        honest = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "ben-1",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        }
        honest |= {"email": "ben@north.example", "email_verified": True}
        claims = {key: value for key, value in (honest | self.claims).items() if value is not None}
        return 200, {"id_token": self.sign(claims), "access_token": "at", "token_type": "Bearer"}

    def keys(self):
        return {"keys": [KEYS[name].as_dict(private=False) for name in ("good", "curve")]}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        provider = self.server.provider
        provider.asked.append(self.path)
        time.sleep(provider.wait)
        pages = {
            "/.well-known/openid-configuration": lambda: (200, provider.discovery()),
            "/keys": lambda: (200, provider.keys()),
            "/me": lambda: (200, provider.userinfo),
        }
        if self.path.startswith("/authorize"):  # everybody is signed in here already
            code, asked = provider.grant(self.path)
            back = urlencode({"code": code, "state": asked["state"]})
            self.say(302, f"{asked['redirect_uri']}?{back}".encode())
        elif self.path in provider.answers:
            self.say(*provider.answers[self.path])
        else:
            self.say(*pages.get(self.path, lambda: (404, {}))())

    def do_POST(self):
        provider = self.server.provider
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        provider.asked.append(self.path)
        form = {key: values[0] for key, values in parse_qs(body).items()}
        self.say(*provider.answers.get(self.path) or provider.token(form, self.headers.get("authorization")))

    def say(self, status, content):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("location", body.decode())
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked has given up
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def running():
    """Serve a provider on a free port."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.provider = provider
    server.daemon_threads = True
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
