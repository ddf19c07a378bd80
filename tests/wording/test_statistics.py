from typing import get_args

import pytest

from learnstrata.config.stages import Criterion
from learnstrata.exceptions import ParameterError
from learnstrata.report.figures.choice.measures import COLUMNS
from learnstrata.wording.statistics import (
    BESIDE,
    STATISTICS,
    best_of,
    panel_title,
    statistic_of,
)


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_is_named_as_a_sentence_and_a_title_need_it(name):
    known = statistic_of(name)
    assert known.label
    assert not known.label.endswith(".")
    assert panel_title(name).endswith(known.reads)


def test_two_statistics_are_not_called_the_same():
    labels = [statistic.label for statistic in STATISTICS.values()]
    assert len(labels) == len(set(labels))
    assert len({heading for _, heading, _ in COLUMNS}) == len(COLUMNS)


@pytest.mark.parametrize("criterion", get_args(Criterion))
def test_all_that_k_is_chosen_by_has_a_better_end(criterion):
    if criterion == "k":
        assert best_of(criterion) == "the most segments"
        return
    end = {"higher": "highest", "lower": "lowest"}[STATISTICS[criterion].better]
    assert best_of(criterion) == f"the {end} {STATISTICS[criterion].label}"


@pytest.mark.parametrize("end", BESIDE)
@pytest.mark.parametrize("name", [n for n, s in STATISTICS.items() if s.has_null])
def test_what_stands_beside_a_statistic_is_called_by_both(name, end):
    found = statistic_of(f"{name}_{end}")
    assert found.label.startswith(STATISTICS[name].label)
    assert (found.better == "lower") == (end in {"error", "p"}) or (
        STATISTICS[name].better == "lower"
    )


def test_a_name_that_is_no_statistic_is_refused():
    expected = r"Got the statistic 'gap_warmth', expected one of \['ari', .*'_error'"
    with pytest.raises(ParameterError, match=expected):
        statistic_of("gap_warmth")


def test_numbers_have_the_digits_of_their_statistic():
    assert STATISTICS["davies_bouldin"].write(1.23456) == "1.235"
    assert STATISTICS["calinski_harabasz"].write(98765.4) == "98,765"
    assert STATISTICS["ari"].write(None) == "\N{EN DASH}"
