"""The published table of settings, made from the settings themselves: `python -m scoring.simulate.table`."""

import inspect
import re
from pathlib import Path

from scoring.simulate import settings
from scoring.simulate.settings import EXAMPLE, TINY, Settings

PAGE = Path(__file__).with_name("README.md")
_LINE = re.compile(r"^    (?P<name>\w+): (?P<kind>\w+) = [^#]+?(?:  # (?P<meaning>.+))?$")
_HEADING = re.compile(r"^    # (?P<heading>.+)$")
INTRODUCTION = """# The simulator

Organizations with a known truth, for the tests, the demo and `talkoot validate`. **It is not the engine's model**:
people choose whom to speak of (the visible and the liked rather), put what they feel on a scale of words with
thresholds and a spread of their own, let one impression colour all criteria; customers who are unhappy may say nothing;
quality drifts, newcomers learn; a project is pulled towards what its least trusted member is.
`simulate(settings, seed, until)` returns the same frames for the same arguments.

**Truth** (`truth.py`): quality by criterion on the day of `until`, customer trust, care, visibility, leniency; quality
by role; who cheats, who is a victim, and the ids of rows that were not meant.

**Counterfactual**: the same seed with `acted=False` gives the same people with the same luck, all of whom behave
honestly: every part draws from a random stream of its own. What the two differ by is what the cheating does.

**What it must not be used for**: to say how people are. Its numbers were chosen so that the ratings look like those of
real organizations (crowded at 4 and 5, halo, visibility in thanks); nothing was fitted to anybody.

## Settings

This table is made from `settings.py` by `python -m scoring.simulate.table`; a test keeps them equal. Shares and chances
lie in 0–1, latent values are in standard deviations of quality.
"""


def page() -> str:
    """Return the page: every setting with its default, the tiny organization's, and its meaning."""
    lines = []
    written = inspect.getsource(settings).partition("class Settings(")[2].partition("def __post_init__")[0]
    for line in written.splitlines():
        heading, found = _HEADING.match(line), _LINE.match(line)
        if heading:
            lines += [f"\n### {heading['heading']}\n", "| setting | default | tiny | meaning |", "|---|---|---|---|"]
        elif found:
            lines.append(_row(found["name"], found["meaning"] or found["name"].replace("_", " ")))
    return INTRODUCTION + "\n".join(lines) + "\n"


def _row(name: str, meaning: str) -> str:
    default, tiny = getattr(EXAMPLE, name), getattr(TINY, name)
    other = "" if tiny == default else f"{tiny}"
    return f"| `{name}` | {default} | {other} | {meaning.replace('|', '/')} |"


def names() -> set[str]:
    """Names of the settings that the page tells of."""
    return set(re.findall(r"^\| `(\w+)`", page(), re.MULTILINE)) & set(Settings.__struct_fields__)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
