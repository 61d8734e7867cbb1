"""What the authorization matrix knows of each operation of the API: who may ask, and for what that is there."""

import json
import re
from uuid import uuid4

from service.base.access import Role
from tests.service.walls.matrix import value_of
from tests.service.walls.rows import ROWS
from tests.service.walls.world import world

# Of each role whoever may ask the most, then others, where something is not to be asked by the first.
CALLERS = {
    Role.EMPLOYEE: ("self", "colleague", "stranger"),
    Role.LEAD: ("lead", "other_lead"),
    Role.CONTACT: ("contact", "unopened"),
}
OPEN = ("GET /health/live", "GET /health/ready")  # to everybody: described, and asked by every role
NAMES = re.compile(r"{(\w+):\w+}")


def operations(role):
    """Return each described operation that a role may ask, as the matrix says: its row, and who of the role asks."""
    found = {}
    for row in ROWS:
        label = f"{row.method} " + NAMES.sub(r"{\1}", row.path)
        if label not in OPEN and (row.open or not row.path.startswith(("/api/", "/metrics"))):
            continue
        who = [caller for caller in CALLERS.get(role, (str(role),)) if row.expected(caller) < 400]
        if who:
            found[label] = (row, who[0])
    return found


class Known:
    """Makes what is asked for: a world of its own for each operation, and anew what asking uses up."""

    def __init__(self, role, worker_pool, web_pool, *, guessing=False):
        self.operations = operations(role)
        self._guessing = guessing  # planted: only who asks is told
        self._pools = worker_pool, web_pool
        self._label = self._world = self._token = None

    async def answer(self, reader, writer):
        """Tell one asker over a socket: a line with the operation, and whether it is asked as described."""
        asked = json.loads(await reader.readline())
        writer.write(json.dumps(await self.told(**asked)).encode() + b"\n")
        await writer.drain()
        writer.close()

    async def told(self, label, good):
        """Tell the token of who may ask, and path, query and body that fit what is there."""
        row, caller = self.operations[label]
        good = good and not self._guessing
        if label != self._label:
            self._world, self._label = await world(*self._pools), label
            self._token = await self._world.token(caller)
        if row.fresh == "credential":
            self._token = await self._world.token(caller)
        anew = row.fresh if good and row.fresh != "credential" else ""
        ids = self._world.ids | (await self._world.fresh(anew) if anew else {row.fresh: uuid4()} | self._world.ids)
        given = {name: str(one) for name, one in ids.items()}
        if self._guessing:
            return {"token": self._token, "path": {}, "query": {}, "body": None}
        return {
            "token": self._token,
            "path": {name: value_of(row, name, given) for name in NAMES.findall(row.path)},
            "query": row.query(given) if row.query else {},
            "body": row.body(given) if row.body else None,
        }
