"""Every chart there is, by name: a module with Row, WORDS (its English texts) and figure(rows, words)."""

from types import ModuleType

from dashboards import (
    interval_board,
    journey,
    network,
    participation,
    policy_preview,
    satisfaction,
    trend,
    unseen,
    waterfall,
)

CHARTS: dict[str, ModuleType] = {
    "interval_board": interval_board,
    "journey": journey,
    "network": network,
    "participation": participation,
    "satisfaction": satisfaction,
    "unseen": unseen,
    "policy_preview": policy_preview,
    "trend": trend,
    "waterfall": waterfall,
}
