"""Mails in plain text, by the installation's own SMTP server; every wait for it has a deadline."""

import asyncio
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from service.base.config import Settings

SECONDS = 10.0  # for one step of the conversation
TOGETHER_SECONDS = 30.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Mail(msgspec.Struct, frozen=True):
    """A mail to one person."""

    to: str
    subject: str
    text: str


def can_send(settings: Settings) -> bool:
    """Tell whether this installation can send mails."""
    return settings.smtp_url is not None and settings.mail_from is not None


async def send(settings: Settings, mail: Mail) -> None:
    """Hand a mail to the server.

    Raises
    ------
    aiosmtplib.SMTPException, OSError, TimeoutError : the server did not take it, or not in time.
    ValueError : an address or the subject holds a line break.
    """
    server = urlsplit(settings.smtp_url or "")
    tls = server.scheme == "smtps"
    password_travels = server.username is not None and not tls and server.hostname not in LOOPBACK
    async with asyncio.timeout(TOGETHER_SECONDS):
        await aiosmtplib.send(
            _message(settings.mail_from or "", mail),
            hostname=server.hostname,
            port=server.port or (465 if tls else 25),
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=tls,
            start_tls=True if password_travels else None,  # None: where the server offers it
            timeout=SECONDS,
        )


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers
    message.set_content(mail.text)
    return message
