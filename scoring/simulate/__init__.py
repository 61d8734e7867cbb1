"""Organizations with a known truth, for tests and the demo: nothing here is built on the engine's own assumptions."""

from scoring.simulate.organization import Organization, simulate
from scoring.simulate.settings import EXAMPLE, TINY, InvalidSettings, Settings
from scoring.simulate.truth import Truth

__all__ = ["EXAMPLE", "TINY", "InvalidSettings", "Organization", "Settings", "Truth", "simulate"]
