from charted import with_
from learnstrata.report.glossary import glossary_of, words_table
from learnstrata.report.quality import bands


def test_every_band_is_told_with_its_limits(summary):
    told = glossary_of(summary)
    for kind, name, limits, _ in bands(summary).rows:
        assert f"{name}: {limits}" in told[f"{kind.capitalize()} band"]


def test_a_table_without_pay_has_no_band_of_it_with_limits(bare):
    assert "up to" not in glossary_of(bare)["Pay band"]
    assert "up to" in glossary_of(bare)["Experience band"]


def test_words_are_in_the_order_of_the_alphabet(summary):
    words = [row[0].lower() for row in words_table(summary).rows]
    assert words == sorted(words)
    assert "segment" in words


def test_no_limits_are_told_of_a_run_that_has_none(summary):
    assert "Experience band" not in glossary_of(with_(summary, band_limits=()))
