import narwhals as nw
import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.rules.bounds import Limits, find_limits
from learnstrata.learners.rules.fences import extra_fences

CONFIG = load_config("robust")
FILLED = load_config("robust", cleaning={"impute_start_year": "median"})
PLAIN = load_config("robust", cleaning={"suspect_pay": False})


def limits_of(frame, config=CONFIG, **columns):
    n = len(next(iter(columns.values())))
    texts = {"learner_id"}
    native = nw.from_native(frame({"record": list(range(n)), **columns}))
    typed = (nw.col(c).cast(nw.String if c in texts else nw.Float64) for c in columns)
    return find_limits(native.with_columns(*typed).to_native(), config)


def test_fences_are_three_interquartile_ranges_of_log_pay(frame):
    pay = np.exp(np.random.default_rng(3).normal(13.5, 0.9, size=500))
    found = limits_of(frame, pay=[*pay.tolist(), -4.0, None], pay_year=[2020.0] * 502)
    q1, q3 = np.log(np.quantile(pay, [0.25, 0.75]))
    expected = np.exp([q1 - 3 * (q3 - q1), q3 + 3 * (q3 - q1)])
    assert [found.pay_low, found.pay_high] == pytest.approx(expected, rel=1e-9)
    assert found.pay_typical == pytest.approx(np.quantile(pay, [0.05, 0.95]), rel=1e-9)


def test_fences_keep_a_width_where_half_of_all_pays_are_equal(frame):
    found = limits_of(frame, pay=[500_000.0] * 20, pay_year=[2020.0] * 20)
    assert (found.pay_low, found.pay_high) == pytest.approx((62_500.0, 4_000_000.0))


def test_pay_limits_stay_open_where_pay_is_not_suspected(frame):
    found = limits_of(frame, PLAIN, pay=[1.0, 5e5, 2e9], pay_year=[2020.0] * 3)
    assert found == Limits(as_of=2020)


def test_start_year_fill_is_the_median_of_possible_years(frame):
    years = [2010.0, 2014.0, 2019.0, 0.0, None, 2031.0]
    found = limits_of(frame, FILLED, start_year=years, pay_year=[2021.0] * 6)
    assert found.start_year_fill == 2014.0


def test_extra_numbers_and_outcomes_have_their_fences(frame):
    scores = np.random.default_rng(1).normal(50, 9, size=30).tolist()
    columns = {"numeric": ["score", "few"], "outcome": ["result"], "categorical": ["c"]}
    config = load_config("robust", columns=columns)
    few = [1.0] * 11 + [None] * 19
    given = {"extra:score": scores, "extra:few": few, "extra:result": scores}
    found = limits_of(frame, config, pay_year=[2020.0] * 30, **given)
    assert found.extras == {
        "extra:score": pytest.approx(extra_fences(scores)),
        "extra:few": (-1e100, 1e100),
        "extra:result": pytest.approx(extra_fences(scores)),
    }
    trusting = load_config(
        "robust", columns=columns, cleaning={"suspect_extras": False}
    )
    assert limits_of(frame, trusting, pay_year=[2020.0] * 30, **given).extras == {}


def typed_pay(rng, n=20_000):
    """Log-normal pay as people type it: to 100,000, 50,000, 10,000 or two digits."""
    pay = np.exp(rng.normal(13.75, 0.9, size=n))
    unit = rng.choice([1e5, 5e4, 1e4], p=[0.45, 0.2, 0.35], size=n)
    unit = np.minimum(unit, 10 ** np.floor(np.log10(pay)))
    return np.maximum(np.rint(pay / unit) * unit, 1_000.0)


def limits_of_pay(pay):
    years = pl.repeat(2020.0, len(pay), eager=True)
    return find_limits(pl.DataFrame({"pay": pay, "pay_year": years}), CONFIG)


@pytest.mark.parametrize("seed", range(20))
def test_a_typed_ceiling_is_found_and_rounding_is_not(seed):
    pay = typed_pay(np.random.default_rng(seed))
    assert limits_of_pay(pay).heaped_pay == ()
    ceilings = np.concatenate([pay, np.full(60, 200_000_000.0)])
    assert limits_of_pay(ceilings).heaped_pay == (200_000_000.0,)
