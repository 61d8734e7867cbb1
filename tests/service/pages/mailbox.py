"""A real SMTP server for tests of mails to contacts, and what it was given."""

from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from service.base.config import Settings
from tests.service.conftest import free_port


def address(cast):
    """Of a contact of this test alone: the worker mails what other tests left, too."""
    return f"oak-{cast.organization_id.hex[:8]}@customer.example"


class Box:
    """What a mail server was given; `answer` is what it says to it."""

    def __init__(self):
        self.kept, self.answer = [], "250 kept"

    async def handle_DATA(self, _, __, envelope):  # noqa: N802 - aiosmtpd's name for it
        if self.answer.startswith("2"):
            self.kept.append(message_from_bytes(envelope.content, policy=default))
        return self.answer

    def to(self, cast):
        """What the contact of an organization was sent."""
        return [mail for mail in self.kept if mail["To"] == address(cast)]


def opened():
    """Start a server; it and what it keeps."""
    made = Box()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    made.settings = Settings(
        smtp_url=f"smtp://127.0.0.1:{controller.port}",
        mail_from="talkoot@service.example",
        url="https://talkoot.example",
    )
    return made, controller
