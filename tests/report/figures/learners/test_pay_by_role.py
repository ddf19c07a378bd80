from charted import rows_of, with_
from learnstrata.report.figures.learners.pay_by_role import CHART


def with_rows(summary, rows):
    return with_(
        summary, description=with_(summary.description, pay_by_role=tuple(rows))
    )


def bars_of(summary):
    return rows_of({"data": CHART.spec(summary)["data"]})


def test_the_best_paid_role_stands_first_and_ends_the_title(summary):
    medians = [row["p50"] for row in bars_of(summary)]
    assert medians == sorted(medians, reverse=True)
    assert CHART.title(summary).endswith(f"({bars_of(summary)[0]['role']})")


def test_a_role_whose_pay_is_hidden_is_counted_and_not_drawn(summary):
    first, *others = summary.description.pay_by_role
    hidden = with_rows(summary, [with_(first, p25=None, p50=None, p75=None), *others])
    assert len(bars_of(hidden)) == len(bars_of(summary)) - 1
    assert first.role not in {row[0] for row in CHART.table(hidden).rows}
    n = len(others) + 1
    assert f"{n - len(bars_of(hidden))} of {n} roles are not shown" in CHART.note(
        hidden
    )


def test_roles_paid_alike_have_no_range(summary):
    rows = summary.description.pay_by_role
    alike = with_rows(summary, (with_(row, p25=1e6, p50=12e5, p75=2e6) for row in rows))
    assert CHART.title(alike) == "Median pay is 12.0 LPA in every role shown"
    assert "not shown" not in CHART.note(alike)
