"""Groups of counts, widened until sums give none away, whoever told the total."""

from learnstrata.privacy.disclosure.groups import Added, protected
from learnstrata.privacy.disclosure.rounding import Rounding

ROUNDING = Rounding(10, offset=4)
SUM = [Added((1, 2), 0, "=")]


def test_what_another_publication_tells_of_a_count_is_a_margin_that_cannot_move():
    """A total known to be 100 to 109, less a part told as 104 to 113, leaves little."""
    assert ROUNDING.limits(104) == (104, 113)
    wider = protected(ROUNDING, [105, 104, 1], SUM, known={0: (100, 109)})
    assert wider.limits(104) == (94, 113)


def test_a_margin_that_leaves_room_joins_no_groups():
    assert protected(ROUNDING, [105, 100, 5], SUM, known={0: (100, 109)}) == ROUNDING
    assert protected(ROUNDING, [105, 104, 1], []) == ROUNDING
