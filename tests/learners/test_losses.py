import polars as pl
import pytest

from learnstrata.exceptions import SchemaError
from learnstrata.learners.losses import find_losses, refuse_lost, told_losses

PAY = [float(n) for n in range(100)]


def table(lost, *, styled="value"):
    known = [None if n in lost else 1.0 for n in range(100)]
    if styled == "value":
        return pl.DataFrame(
            {
                "value:pay": PAY,
                "value:experience": known,
                "fault:experience": [n in lost for n in range(100)],
            }
        )
    words = ["x" if n in lost else None for n in range(100)]
    return pl.DataFrame({"pay": PAY, "experience": known, "unread:experience": words})


@pytest.mark.parametrize("styled", ["value", "standard"])
def test_losses_at_one_end_are_told(styled):
    lost = range(85, 100)
    assert told_losses(table(lost, styled=styled), names=["pay", "experience"]) == (
        "experience: what cannot be read lies at one end. 100% of these 15 records "
        "have a pay above the median of the others.",
    )
    [loss] = find_losses(table(range(12), styled=styled), names=["experience"])
    assert (loss.other, loss.records, loss.share, loss.side) == ("pay", 12, 1, "below")


@pytest.mark.parametrize("lost", [range(0, 100, 5), range(95, 100), []])
def test_losses_all_over_or_too_few_are_not_told(lost):
    assert find_losses(table(lost), names=["pay", "experience"]) == ()


def test_losses_without_another_number_are_not_told():
    bare = table(range(85, 100)).drop("value:pay")
    assert find_losses(bare, names=["experience"]) == ()
    gone = table(range(85, 100)).with_columns(
        pl.when(pl.col("value:pay") < 85).then("value:pay").alias("value:pay")
    )
    assert find_losses(gone, names=["experience"]) == ()


@pytest.mark.parametrize("styled", ["value", "standard"])
def test_column_that_lost_over_half_of_its_values_is_refused(styled):
    mapping = {"pay": "ctc", "experience": "yoe"}
    half = table(range(50), styled=styled)
    refuse_lost(half, mapping, hints=dict)
    most = table(range(51), styled=styled)
    with pytest.raises(
        SchemaError,
        match=r"experience \(column 'yoe'\) cannot be read in 51 of the 100 records "
        r"that have it\. Say so\. Examples: learnstrata check\.",
    ):
        refuse_lost(most, mapping, hints=lambda: {"experience": "Say so"})
    with pytest.raises(SchemaError, match=r"have it\. Map another column\. Examples"):
        refuse_lost(most, mapping, hints=dict)


def test_few_values_refuse_no_table():
    refuse_lost(table(range(100)).tail(9), {"experience": "yoe"}, hints=dict)
