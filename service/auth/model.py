"""What is known of a credential; its secret is not."""

from datetime import datetime
from uuid import UUID

import msgspec


class TokenView(msgspec.Struct, frozen=True):
    """A token, as an operator sees it."""

    id: UUID
    name: str | None
    role: str
    person_id: UUID | None
    person_name: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
