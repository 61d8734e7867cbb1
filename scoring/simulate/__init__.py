"""Organizations with a known truth, for tests and the demo: nothing here is built on the engine's own assumptions."""

from scoring.simulate.organization import Organization, Truth, simulate
from scoring.simulate.settings import EXAMPLE, TINY, InvalidSettings, Settings

__all__ = ["EXAMPLE", "TINY", "InvalidSettings", "Organization", "Settings", "Truth", "simulate"]
