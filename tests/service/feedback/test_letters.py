"""Mails to people over real SMTP servers: in their language, with nothing that was said, once, and by safe ways."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service import worker
from service.base import db, mail
from service.base.config import Settings
from service.flows import letters
from service.jobs import jobs_with
from tests.service.conftest import free_port
from tests.service.pages.mailbox import Box

WORDS = "What nobody else may read."


@pytest.fixture
def box():
    """A mail server, and the settings that lead to it."""
    made = Box()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    made.settings = Settings(smtp_url=f"smtp://127.0.0.1:{controller.port}", mail_from="talkoot@service.example")
    yield made
    controller.stop()


@pytest.fixture
async def named(worker_pool, north):
    """North, with addresses of this test alone."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = name || '@' || $1 || '.example'", north.handle)
        await tx.execute("update person set language = case name when 'Ben' then 'fi' else 'en' end")
    return north


async def delivered(pool, cast, box):
    """Let a worker deliver what happened; the mails of this organization, sorted by who gets them."""
    duties = worker.Duties(jobs_with(box.settings))
    await worker.deliver(pool, cast.organization_id, worker.SUBSCRIBERS)
    await worker.take(pool, asyncio.Event(), duties)
    return sorted((one for one in box.kept if cast.handle in one["To"]), key=lambda one: one["To"])


async def test_a_note_and_a_decision_are_announced_in_ones_language_and_without_a_word_of_them(
    api, named, box, worker_pool
):
    ada, ben = await api(named, "ada"), await api(named, "ben")
    await ada.post("/api/notes", json={"receiver_id": str(named.ben), "message": WORDS})
    thanks = await ben.post("/api/kudos", json={"receiver_id": str(named.ada), "message": WORDS})
    what = {"words": WORDS, "evidence": "kudos", "evidence_id": thanks.json()["id"]}
    contest = (await ada.post("/api/contests", json=what)).json()["id"]
    verdict = {"decision": "rejected", "reasons": WORDS}
    await (await api(named, "cleo", "hr")).post(f"/api/contests/{contest}/decision", json=verdict)
    to_ada, to_ben = await delivered(worker_pool, named, box)
    assert (to_ada["Subject"], to_ben["Subject"]) == ("What you contested has been decided", "Sinulle on viesti")
    assert "/contests" in to_ada.get_content()
    assert "Hei Ben," in to_ben.get_content()
    for one in (to_ada, to_ben):
        assert [word in one.as_string() for word in (WORDS, "rejected", "Ada wrote", "Cleo")] == [False] * 4
    assert len(await delivered(worker_pool, named, box)) == 2  # nothing twice


async def test_a_reminder_goes_once_to_each_who_has_not_answered_even_where_the_server_fails_in_between(
    opened,
    bench,
    named,
    box,
    worker_pool,
):
    await bench(named, "eeva", "fia", "gun")
    hr, round_ = await opened(named, reminders=2)
    async with db.tenant(worker_pool, named.organization_id) as tx:
        await tx.execute("update person set email = name || '@' || $1 || '.example'", named.handle)
        await tx.execute("update ask set answered = true where giver_id = $1", named.ada)
        await tx.execute("update ask set declined_at = now() where giver_id = $1", named.fia)
    asked = await delivered(worker_pool, named, box)
    assert {one["Subject"] for one in asked} == {"You are asked for feedback", "Sinulta pyydetään palautetta"}
    box.kept.clear()
    await hr.post(f"/api/rounds/{round_['id']}/remind")
    box.answer = "451 later"
    assert await delivered(worker_pool, named, box) == []
    box.answer = "250 kept"
    async with db.tenant(worker_pool, named.organization_id) as tx:
        await tx.execute("update slot set due_at = '2000-01-01' where job = 'letters' and state = 'due'")
    sent = [one["To"].partition("@")[0] for one in await delivered(worker_pool, named, box)]
    assert sent == ["Ben", "Cleo", "Eeva", "Gun"]  # neither who answered nor who declined
    async with db.tenant(worker_pool, named.organization_id) as tx:  # a worker died after it sent, before it said so
        await tx.execute("update slot set state = 'due', due_at = '2000-01-01', attempts = 1 where job = 'letters'")
    assert len(await delivered(worker_pool, named, box)) == len(sent)


async def test_examples_leavers_and_installations_without_a_mail_server_send_nothing(api, named, box, worker_pool):
    ada = await api(named, "ada")
    for change in ("update organization set demo = true", "update person set left_at = now() where name = 'Ben'"):
        await ada.post("/api/notes", json={"receiver_id": str(named.ben), "message": WORDS})
        async with db.tenant(worker_pool, named.organization_id) as tx:
            await tx.execute(change)
        assert await delivered(worker_pool, named, box) == []
        async with db.tenant(worker_pool, named.organization_id) as tx:
            await tx.execute("update organization set demo = false")
    box.settings = Settings()
    assert await delivered(worker_pool, named, box) == []


async def test_whom_was_mailed_what_is_forgotten_after_a_month_unless_it_still_waits(api, named, box, worker_pool):
    ada = await api(named, "ada")
    for _ in range(3):
        await ada.post("/api/notes", json={"receiver_id": str(named.ben), "message": WORDS})
    await delivered(worker_pool, named, box)
    async with db.tenant(worker_pool, named.organization_id) as tx:
        about = [row[0] for row in await tx.fetch("select about::text from letter")]
        age = "update slot set moment = now() - make_interval(days => $2), state = $3 where key like '%' || $1 || '%'"
        for one, days, state in zip(about, (31, 29, 31), ("done", "done", "due"), strict=True):
            await tx.execute(age, one, days, state)
        assert await letters.forget_old(tx) == 1
        assert {row[0] for row in await tx.fetch("select about::text from letter")} == set(about[1:])


async def test_the_web_cannot_read_who_was_reminded(web_pool, north):
    async with db.tenant(web_pool, north.organization_id) as tx:
        assert await tx.fetchval("select has_table_privilege('letter', 'select')") is False


def test_every_mail_is_written_in_both_languages():
    assert set(letters.TEXTS) == {(kind, language) for kind in letters.CHOOSING for language in letters.HELLO}


# The ways to the server: STARTTLS and smtps with a password, and never a password in the open or to a stranger.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, *plain)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


class Post(Controller):
    """A mail server that takes mails only by TLS, from who knows the password."""

    def factory(self):
        def asked(_server, _session, _envelope, _mechanism, given):
            self.asked.append((given.login, given.password))
            return AuthResult(success=(given.login, given.password) == (b"me@x", b"p/w:d@"), handled=False)

        wrapped = self.ssl_context is not None  # by smtps the whole conversation is TLS already
        return SMTP(
            self.handler,
            authenticator=asked,
            auth_required=True,
            auth_require_tls=not wrapped,
            require_starttls=self.tls is not None,
            tls_context=self.tls,
        )


@pytest.fixture
def post(certificate):
    """Start mail servers: `post("smtps")`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    started = []

    def start(kind):
        box = Box()
        made = Post(box, hostname="127.0.0.1", port=free_port(), ssl_context=context if kind == "smtps" else None)
        made.tls, made.asked, made.box = context if kind == "smtp" else None, [], box
        made.ready_timeout = 10
        made.start()
        started.append(made)
        return made

    yield start
    for made in started:
        made.stop()


def settings_for(kind, server, user="me%40x", password="p%2Fw%3Ad%40"):  # noqa: S107 - a test's
    return Settings(smtp_url=f"{kind}://{user}:{password}@127.0.0.1:{server.port}", mail_from="talkoot@service.example")


BY_PASSWORD = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # smtps is TLS from its first byte
MAIL = mail.Mail("ben@north.example", "Hello", "A word.")


@BY_PASSWORD
@pytest.mark.parametrize("kind", ["smtp", "smtps"])
async def test_a_password_goes_by_tls_to_the_server_whose_certificate_is_trusted(kind, post, certificate, monkeypatch):
    server = post(kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # what the operator's system trusts
    await mail.send(settings_for(kind, server), MAIL)
    assert (server.asked, len(server.box.kept)) == ([(b"me@x", b"p/w:d@")], 1)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await mail.send(settings_for(kind, server, password="wrong"), MAIL)  # noqa: S106 - a test's
    assert len(server.box.kept) == 1


@BY_PASSWORD
@pytest.mark.parametrize("kind", ["smtp", "smtps"])
async def test_a_stranger_with_a_certificate_of_their_own_never_hears_the_password(kind, post, monkeypatch):
    server = post(kind)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await mail.send(settings_for(kind, server), MAIL)
    assert (server.asked, server.box.kept) == ([], [])


async def test_a_server_elsewhere_that_offers_no_tls_never_hears_the_password(monkeypatch):
    heard = Post(Box(), hostname="127.0.0.1", port=free_port())
    heard.tls, heard.asked = None, []
    heard.start()
    try:
        monkeypatch.setattr(mail, "LOOPBACK", frozenset())  # as if it were another machine
        with pytest.raises(aiosmtplib.SMTPException):
            await mail.send(settings_for("smtp", heard), MAIL)
        assert heard.asked == []
    finally:
        heard.stop()
