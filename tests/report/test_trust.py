"""Sentences of the evidence: every number comes from the summary, none is bolder."""

import copy

import pytest

from learnstrata.report import (
    diagnostics,
    evidence_tables,
    tables,
    trust,
    wording,
)


def mutated(summary, path, value):
    changed = copy.deepcopy(summary)
    place = changed
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("told", "path", "value", "shown"),
    [
        (trust.nulls_note, ("nulls", "draws"), 49, {"49", "1/50", "0.020"}),
        (trust.nulls_note, ("nulls", "rows"), 3_777, {"3,777"}),
        (trust.nulls_note, ("nulls", "jaccard_draws"), 13, {"13"}),
        (trust.nulls_note, ("nulls", "jaccard_resamples"), 17, {"17"}),
        (trust.silhouette_note, ("silhouette", "mean"), 0.7123, {"0.712"}),
        (trust.silhouette_note, ("silhouette", "standard_error"), 0.0777, {"0.078"}),
        (trust.silhouette_note, ("silhouette", "scored"), 222, {"222"}),
        (trust.silhouette_note, ("silhouette", "against"), 9_111, {"9,111"}),
        (trust.variants_of_silhouette, ("silhouette", "squared"), 0.5555, {"0.555"}),
        (trust.variants_of_silhouette, ("silhouette", "simplified"), 0.666, {"0.666"}),
        (
            trust.silhouette_title,
            ("silhouette", "per_segment", 0, "mean"),
            0.8,
            {"0.80"},
        ),
        (
            trust.jaccard_title,
            ("bootstrap", 1, "per_segment", 0, "jaccard"),
            0.4321,
            {"0.43", "Senior, higher pay", "unstable"},
        ),
        (trust.jaccard_note, ("bootstrap", 0, "resamples"), 77, {"77"}),
        (trust.jaccard_note, ("bootstrap", 0, "rows"), 8_765, {"8,765"}),
        (trust.seeds, ("seeds", "mean"), 0.4444, {"0.44"}),
        (trust.seeds, ("seeds", "lowest"), 0.3333, {"0.33"}),
        (trust.seeds, ("seeds", "refits"), 9, {"Fitted 9 times"}),
        (trust.seeds, ("seeds", "rows"), 7_654, {"7,654"}),
        (trust.strength_note, ("halves", "rows"), 5_678, {"5,678"}),
        (
            trust.strength_title,
            ("halves", "table", 0, "prediction_strength"),
            0.8765,
            {"0.88"},
        ),
        (trust.standing_title, ("standing", "counts", "core"), 601, {"85.9%"}),
        (trust.standing_note, ("standing", "min_margin"), 0.23, {"77%"}),
        (trust.standing_note, ("standing", "min_confidence"), 0.66, {"66%"}),
        (trust.standing_note, ("standing", "confidence_refits"), 42, {"42"}),
        (trust.finer_title, ("finer", "dossiers", 0, "k"), 5, {"5"}),
        (trust.cells_title, ("finer", "cells", 1, "jaccard"), 0.9, {"3 of 3"}),
        (trust.tree_title, ("flows", 2, "share_of_source"), 0.5432, {"54.3%"}),
        (trust.sensitivity_title, ("sensitivity", "variants", 0, "ari"), 0.1, {"0.10"}),
        (
            trust.another_analyst,
            ("sensitivity", "variants", 2, "ari"),
            0.2,
            {"2 hardly"},
        ),
        (wording.k_note, ("gap", "k"), 7, {"k = 7"}),
        (wording.k_note, ("gap", "references"), 31, {"31"}),
        (trust.humps, ("valleys", 0, "dip", "p_value"), 0.01, {"1 of 1"}),
    ],
)
def test_a_number_in_a_sentence_follows_the_summary(summary, told, path, value, shown):
    before = told(summary)
    after = told(mutated(summary, ("evidence", *path), value))
    for text in shown:
        assert text not in before
        assert text in after


@pytest.mark.parametrize(
    ("table", "path", "value", "cell"),
    [
        ("conditions", "verdict.grounds.1.value", 0.5432, "0.543"),
        ("conditions", "verdict.grounds.1.limit", 0.7, "at least 0.7"),
        ("conditions", "verdict.grounds.3.limit", 0.01, "at most 0.01"),
        ("conditions", "verdict.grounds.0.met", False, "\u2717 no"),
        ("nulls", "nulls.statistics.1.whole", 0.765, "0.765"),
        ("nulls", "nulls.statistics.1.observed", 0.777, "0.777"),
        ("nulls", "nulls.statistics.1.mean", 0.666, "0.666"),
        ("nulls", "nulls.statistics.1.excess", -0.123, "-0.123"),
        ("nulls", "nulls.statistics.1.p_value", 0.008, "0.008"),
        ("nulls", "nulls.statistics.1.low", 0.1, "0.100 to 0.280"),
        ("silhouettes", "silhouette.per_segment.1.negative", 0.222, "22.2%"),
        ("jaccards", "bootstrap.1.per_segment.1.recovered", 0.123, "12.3%"),
        ("jaccards", "bootstrap.1.per_segment.1.dissolved", 0.456, "45.6%"),
        ("strengths", "halves.table.1.standard_error", 0.0456, "0.046"),
        ("standings", "standing.per_segment.1.mean_confidence", 0.5, "0.50"),
        ("subsegments", "finer.subsegments.0.median_pay", 3.21e6, "32.1"),
        ("subsegments", "finer.subsegments.0.jaccard", 0.78, "0.78"),
        ("dossiers", "finer.dossiers.0.table.0.silhouette", 0.7, "0.700"),
        ("cells", "finer.cells.0.share_of_family", 0.321, "32.1%"),
        ("dips", "dip.0.statistic", 0.0987, "0.0987"),
        ("dips", "dip.0.p_value", 0.0001, "<0.001"),
        ("sensitivity", "sensitivity.variants.0.nmi", 0.44, "0.44"),
        ("skipped", "sensitivity.skipped.0.reason", "too few", "too few"),
        ("flows", "flows.0.count", 1_236, "1,236"),
    ],
)
def test_a_cell_of_a_table_follows_the_summary(summary, table, path, value, cell):
    made = getattr(evidence_tables, table)
    keys = [int(key) if key.isdigit() else key for key in path.split(".")]

    def cells(found):
        return [text for row in made(found).rows for text in row]

    before = cells(summary)
    after = cells(mutated(summary, ("evidence", *keys), value))
    assert after.count(cell) == before.count(cell) + 1


@pytest.mark.parametrize(
    ("key", "value", "cell"),
    [
        ("silhouette_error", 0.0123, "0.284 ± 0.012"),
        ("silhouette_error", 0.0, "0.284"),
        ("silhouette_sampled", 0.1234, "0.123"),
        ("silhouette_null", 0.111, "0.111"),
        ("silhouette_excess", 0.222, "0.222"),
        ("silhouette_p", 0.333, "0.333"),
        ("silhouette_squared", 0.4567, "0.457"),
        ("silhouette_simplified", 0.5678, "0.568"),
        ("gap", 1.2345, "1.234 ± 0.008"),
        ("gap_excess", 0.678, "0.678"),
        ("gap_p", 0.456, "0.456"),
        ("jaccard_sampled", 0.66, "0.66"),
        ("jaccard_null", 0.65, "0.65"),
        ("jaccard_p", 0.567, "0.567"),
        ("prediction_strength", 0.77, "0.77"),
        ("largest_share", 0.5432, "54.3%"),
        ("objections", ["too small"], "chosen, in spite of: too small"),
    ],
)
def test_the_table_of_k_shows_all_that_is_known(summary, key, value, cell):
    assert cell not in tables.candidates(summary).rows[0]
    summary["selection"]["table"][0][key] = value
    assert cell in tables.candidates(summary).rows[0]


def test_what_a_sample_gave_is_told_from_what_the_whole_run_gave(summary):
    table = evidence_tables.nulls(summary)
    assert table.title.startswith("A sample of 380 beside structureless tables")
    headings = [text for text, _ in table.headings]
    whole, sample = headings.index("Whole run"), headings.index("Sample")
    row = table.rows[1]
    assert (row[whole], row[sample]) == ("0.284", "0.281")
    assert table.rows[2][whole] == "\N{EN DASH}"
    said = trust.nulls_note(summary)
    assert "Excess and p-value are those of the sample" in said


def test_a_gap_that_could_not_be_computed_takes_no_k(summary):
    assert "own one-standard-error rule" in wording.k_note(summary)
    summary["evidence"]["gap"] |= {"k": None, "table": []}
    assert "own one-standard-error rule" not in wording.k_note(summary)
    assert diagnostics._rule_of_gap(summary, "gap") == []


def test_cells_that_only_the_full_evidence_fills_are_explained(summary):
    assert "--evidence full fills them" in wording.k_note(summary)
    summary["evidence"]["level"] = "full"
    assert "--evidence full" not in wording.k_note(summary)


def test_the_k_of_the_gap_statistic_is_marked_in_the_table(summary):
    gaps = [row[9] for row in tables.candidates(summary).rows]
    assert not any(gap.endswith("*") for gap in gaps)
    summary["evidence"]["gap"]["k"] = 3
    assert tables.candidates(summary).rows[1][9] == "1.633 ± 0.009 *"


@pytest.mark.parametrize(
    ("aris", "answer"),
    [
        ((0.9, 0.9, 0.9, 0.1), "Most likely yes: 3 of 4"),
        ((0.9, 0.9, 0.1, 0.1), "It depends on how they cut: 2 of 4"),
        ((0.9, 0.1, 0.1, 0.1), "Most likely not: 1 of 4"),
    ],
)
def test_the_answer_about_another_analyst_follows_the_agreement(summary, aris, answer):
    found = summary["evidence"]["sensitivity"]
    for variant, ari in zip(found["variants"], aris, strict=True):
        variant["ari"] = ari
    assert trust.another_analyst(summary).startswith(answer)


def test_nothing_is_said_of_other_analysts_where_the_sample_alone_disagrees(summary):
    summary["evidence"]["sensitivity"]["same_way"]["ari"] = 0.61
    said = trust.another_analyst(summary)
    assert said.startswith("It is hard to tell: on 390 learners")
    assert "0.61" in said
    summary["evidence"]["sensitivity"] = None
    assert trust.another_analyst(summary).startswith("Not known")


def test_statistics_lie_above_their_band_only_beyond_it(summary):
    rows = summary["evidence"]["nulls"]["statistics"]
    assert trust.nulls_title(summary) == (
        "1 of 4 statistics lies above the band of structureless tables: silhouette"
    )
    rows[1]["observed"] = rows[1]["high"]
    assert trust.nulls_title(summary).startswith("None of 4 statistics")
    for row in rows:
        row["observed"], row["p_value"] = row["high"] + 1, 0.05
    assert trust.nulls_title(summary).startswith("All 4 statistics lie")
    rows[1]["p_value"] = 0.051
    assert trust.nulls_title(summary).startswith("3 of 4 statistics lie")
    summary["config"]["evidence"]["max_p"] = 0.06
    assert trust.nulls_title(summary).startswith("All 4 statistics lie")


def test_a_thin_place_is_claimed_only_from_its_p_value(summary):
    assert trust.humps(summary).startswith("No thin place was found between the 1 pair")
    for row in summary["evidence"]["valleys"]:
        row["dip"]["p_value"] = 0.05
    assert trust.humps(summary).startswith("Between 1 of 1 pair of neighbouring")
    for row in summary["evidence"]["valleys"]:
        row["dip"] = None
    assert "large enough" in trust.humps(summary)
    assert evidence_tables.dips(summary).rows[-1][-1] == "too few to tell"


def test_an_exact_silhouette_has_no_standard_error(summary):
    assert "± 0.006" in trust.silhouette_note(summary)
    summary["evidence"]["silhouette"] |= {"scored": 400, "standard_error": 0.0}
    said = trust.silhouette_note(summary)
    assert "exact: all 400 were scored" in said
    assert "±" not in said


def test_segments_that_stay_together_are_not_said_to_split(summary):
    assert "Early career, lower pay splits most" in trust.tree_title(summary)
    for flow in summary["evidence"]["flows"]:
        flow["share_of_source"] = 0.97
    assert trust.tree_title(summary) == (
        "From k = 2 to k = 3 every segment keeps at least 97.0% together"
    )
    summary["selection"]["k"] = 4
    assert trust.tree_title(summary).endswith("up to k = 4")


def test_halves_that_agree_nowhere_are_said_so(summary):
    assert trust.strength_title(summary) == (
        "Halves of the learners agree (0.8 or more) at k = 2; k = 2 has 0.91"
    )
    summary["evidence"]["halves"]["table"][0]["prediction_strength"] = 0.79
    assert "agree at no k tried" in trust.strength_title(summary)


def test_only_segments_that_are_cut_count_as_cut(summary):
    assert trust.finer_title(summary).startswith("1 of 2 segments can be cut further")
    assert [row[0] for row in evidence_tables.subsegments(summary).rows] == [
        "1.1",
        "1.2",
    ]
    for dossier in summary["evidence"]["finer"]["dossiers"]:
        dossier["k"] = 1
    assert trust.finer_title(summary).startswith("None of 2 segments")


def test_refits_under_other_seeds_may_be_missing(summary):
    summary["evidence"]["seeds"] |= {"mean": None, "lowest": None}
    assert trust.seeds(summary) == "No refit under another seed was made."


@pytest.mark.parametrize("word", ["natural", "reproducible", "constructive"])
def test_every_verdict_has_a_short_sentence_that_claims_no_more(summary, word):
    summary["evidence"]["verdict"]["word"] = word
    said = trust.short_verdict(summary)
    assert said.startswith(f"{word} - ")
    claims = "stand apart" in said and "not groups" not in said
    assert claims is (word == "natural")


def test_a_run_without_evidence_says_how_to_get_it(plain):
    assert trust.short_verdict(plain) == ""
    assert "--evidence quick" in trust.left_out(plain)
    plain["config"]["evidence"] = {"level": "quick"}
    assert "too few learners" in trust.left_out(plain)
