"""Text as factors: equal, sorted and shown as the text is."""

import polars as pl
import pytest

from learnstrata.learners.factors import MOST, as_factor, as_factors, factor_codes

FEW = ["b", None, "a", "b"]
MANY = [f"c{i % (MOST + 5)}" for i in range(3 * MOST)]


@pytest.mark.parametrize("values", [FEW, MANY])
def test_factors_are_the_text_they_were_made_of(values):
    text = pl.DataFrame({"word": values, "n": range(len(values))})
    factor = as_factors(text)
    assert not isinstance(factor["word"].dtype, pl.String)
    assert factor["word"].cast(pl.String).equals(text["word"])
    for table in (text, factor):
        assert table.filter(pl.col("word") == "nobody's").is_empty()
    by = ["word", "n"]
    assert factor.sort(by)["n"].equals(text.sort(by)["n"])
    one, other = (t.group_by("word").len().sort("word") for t in (text, factor))
    assert one.equals(other.with_columns(pl.col("word").cast(pl.String)))


def test_ids_and_numbers_stay_as_they_are():
    table = pl.DataFrame({"learner_id": ["x"], "year": [2019], "pay": [1.0]})
    assert as_factors(table).schema == table.schema


@pytest.mark.parametrize("values", [FEW, MANY, [None], []])
def test_codes_lead_to_the_words(values):
    text = pl.Series("word", values, pl.String)
    for one in (text, as_factor(text)):
        codes, levels = factor_codes(one)
        assert levels == sorted(levels)
        assert [levels[i] if i >= 0 else None for i in codes] == values


def test_codes_of_a_factor_of_many_levels_are_those_of_its_text():
    text = pl.Series("word", MANY)
    factor = as_factors(text.to_frame())["word"]
    assert factor_codes(factor)[0].tolist() == factor_codes(text)[0].tolist()
