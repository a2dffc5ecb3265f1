"""Lists of goods, compared over the taxonomy."""

import pytest

from services.alert.goods import Likeness, all_within, belongs_to, covers, describe, likeness

LISTS = [
    ("gallium", "gallium", Likeness.SAME),
    ("gallium germanium", "germanium antimony", Likeness.SAME),
    ("rare-earths", "critical-minerals", Likeness.SAME),
    ("crude-oil lng", "crude-oil", Likeness.SAME),
    ("critical-minerals gallium", "critical-minerals rare-earths", Likeness.SAME),
    ("gallium germanium antimony superhard-materials", "rare-earths superhard-materials", Likeness.FEW),
    ("gallium", "germanium", Likeness.GROUP),
    ("gallium", "wheat", Likeness.APART),
    ("a-good-of-tomorrow", "gallium", Likeness.APART),
    ("a-good-of-tomorrow", "a-good-of-tomorrow", Likeness.SAME),
]


@pytest.mark.parametrize(("left", "right", "expected"), LISTS)
def test_lists_agree_by_what_they_share(left: str, right: str, expected: Likeness) -> None:
    """Shared goods, or one summing up the other; a wide word beside narrow ones meets only itself."""
    assert likeness(tuple(left.split()), tuple(right.split())) is expected
    assert likeness(tuple(right.split()), tuple(left.split())) is expected


def test_a_wide_good_covers_the_narrow_ones_and_itself() -> None:
    """Critical minerals cover rare earths, not the other way round."""
    assert covers("critical-minerals", "rare-earths")
    assert covers("gallium", "gallium")
    assert not covers("rare-earths", "critical-minerals")


def test_a_good_belongs_to_its_group_and_to_those_of_wider_goods() -> None:
    """A subscription may name the good, a wider good or a group."""
    assert belongs_to("energy", "lng")
    assert belongs_to("critical-minerals", "gallium")
    assert not belongs_to("food", "lng")
    assert "gallium" in all_within("critical-minerals")


def test_a_good_of_a_newer_taxonomy_keeps_its_id() -> None:
    """What this version does not know is shown by its id and breaks nothing."""
    good = describe("a-good-of-tomorrow")
    assert (good.name, good.group, good.hs) == ("a good of tomorrow", "other", ())
