"""The pictures of scoring/MATHS.md are those that their script draws, and the text shows each."""

import pytest

from scoring.model import intervals, peers_variances
from tests.architecture import tree
from tests.scoring import pictures


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_what_is_drawn_and_shown(name):
    assert (pictures.FOLDER / name).read_text() == pictures.PICTURES[name]()
    assert f"(../docs/{name})" in (tree.ROOT / "scoring" / "MATHS.md").read_text()


def test_pictures_are_drawn_with_the_engines_constants():
    assert pytest.approx(pictures.QUALITY) == peers_variances.GENERAL + peers_variances.SPECIAL
    for name in ("LENIENCY", "PAIR", "OCCASION", "RESIDUAL"):
        assert getattr(peers_variances, name) == getattr(pictures, name)
    low, high = intervals.ends(1.0, 0.5**0.5, (0.0, 1.0), pictures.Z80)
    drawn = [pictures.end(0.5, side) for side in (-1, 1)]
    assert drawn == pytest.approx([float(low), float(high)])
