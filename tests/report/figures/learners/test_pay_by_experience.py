from charted import marked, rows_of, with_
from learnstrata.report import theme
from learnstrata.report.figures.learners.pay_by_experience import CHART
from learnstrata.summary.contract.learners import Correlations


def with_rows(summary, rows):
    return with_(
        summary,
        description=with_(summary.description, pay_by_experience=tuple(rows)),
    )


def with_correlations(summary, found):
    return with_(summary, description=with_(summary.description, correlations=found))


def test_everybody_comes_before_the_tiers_as_a_black_line(summary):
    scale = marked(CHART.spec(summary), "trail")[0]["encoding"]["color"]["scale"]
    assert scale["domain"][0] == "All"
    assert scale["range"][0] == theme.INK
    assert scale["domain"][1:] == sorted(scale["domain"][1:])
    headings = [one.heading for one in CHART.table(summary).columns]
    assert headings == ["Years", *scale["domain"]]


def test_medians_of_few_are_hollow_and_their_line_is_thin(summary):
    rows = summary.description.pay_by_experience
    few = with_rows(
        summary, (with_(r, learners=49 if i else 50) for i, r in enumerate(rows))
    )
    drawn = rows_of({"data": CHART.spec(few)["data"]})
    assert [row["thin"] for row in drawn] == [False, *[True] * (len(drawn) - 1)]
    assert drawn[1]["width"] < drawn[0]["width"]
    assert "Hollow: under 50 learners." in CHART.note(few)


def test_medians_that_are_hidden_have_no_point_and_no_column(summary):
    rows = summary.description.pay_by_experience
    tier = next(row.tier for row in rows if row.tier != "All")
    hidden = with_rows(
        summary, (with_(r, p50=None) if r.tier == tier else r for r in rows)
    )
    drawn = rows_of({"data": CHART.spec(hidden)["data"]})
    told = sum(row.tier != tier and row.p50 is not None for row in rows)
    assert len(drawn) == told
    assert tier not in [one.heading for one in CHART.table(hidden).columns]


def test_the_last_year_stands_for_all_after_it(summary):
    row = with_(summary.description.pay_by_experience[0], years=25.0)
    assert CHART.table(with_rows(summary, [row])).rows == (("25+", row.p50),)


def test_the_title_is_no_bolder_than_the_correlation(summary):
    columns = ("pay", "years_of_experience")
    for rho, told in ((0.02, "are hardly related"), (0.7, "rises strongly")):
        matrix = ((1.0, rho), (rho, 1.0))
        found = Correlations(columns=columns, pearson=matrix, spearman=matrix)
        assert told in CHART.title(with_correlations(summary, found))
    none = Correlations(columns=(), pearson=(), spearman=())
    assert CHART.title(with_correlations(summary, none)) == (
        "Median pay at each year of experience"
    )
