"""Every chart there is, by name: a module with Row, WORDS (its English texts) and figure(rows, words)."""

from types import ModuleType

from dashboards import interval_board, journey, trend, waterfall

CHARTS: dict[str, ModuleType] = {
    "interval_board": interval_board,
    "journey": journey,
    "trend": trend,
    "waterfall": waterfall,
}
