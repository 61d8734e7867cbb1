"""What an address of the API may ask: the parameters its route reads; any other is refused by its name."""

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from service.base.access import Connection
from service.base.errors import AppError

ASKED = "asked"  # in a route's `opt`: the names of its parameters
MOST, LONGEST = 5, 100  # names told, and characters of each


class UnknownParameter(AppError):
    """The address asks by a parameter that the route does not have; without it the answer would be another."""

    code = "unknown_parameter"
    status = 422


def know_parameters(app: Litestar) -> None:
    """Note for each route what its address may ask, its dependencies' parameters too."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler, model in route.route_handler_map.values():
                handler.opt[ASKED] = frozenset(one.field_alias for one in model.expected_query_params)


def only_known(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse parameters that the route does not read.

    Raises
    ------
    UnknownParameter : there are some; the detail names them.
    """
    unknown = sorted(set(connection.query_params) - handler.opt.get(ASKED, frozenset()))
    if unknown:
        names = [one[:LONGEST] for one in unknown[:MOST]]
        raise UnknownParameter(f"this address takes no parameter {names[0]!r}; leave it out", parameters=names)
