"""Sentences and tables of trust: every number comes from the summary."""

import pytest

from charted import told_by, with_, with_evidence
from learnstrata.report import trust
from learnstrata.report.sureness import short_verdict


def part(summary, name, **values):
    """Change values of one part of the evidence."""
    return with_evidence(
        summary, **{name: with_(getattr(summary.evidence, name), **values)}
    )


def chosen(summary, **values):
    found = summary.selection
    table = tuple(
        with_(row, **values) if row.k == found.k else row for row in found.table
    )
    return with_(summary, selection=with_(found, table=table))


@pytest.mark.parametrize(
    ("told", "name", "values", "shown"),
    [
        (trust.seeds, "seeds", {"mean": 0.444}, "0.444 on average"),
        (trust.seeds, "seeds", {"lowest": 0.333}, "0.333 at the least"),
        (trust.seeds, "seeds", {"refits": 9}, "Fitted 9 times more"),
        (trust.seeds, "seeds", {"refits": 1}, "Fitted once more"),
        (trust.seeds, "seeds", {"rows": None}, "on under 10 learners"),
        (trust.seeds, "seeds", {"mean": None}, "No refit under another seed"),
        (trust.variants_of_silhouette, "silhouette", {"squared": 0.555}, "give 0.555"),
    ],
)
def test_a_number_in_a_sentence_follows_the_summary(summary, told, name, values, shown):
    assert shown not in told(summary)
    assert shown in told(part(summary, name, **values))


def variants(summary, aris, same=0.92):
    found = summary.evidence.sensitivity
    rows = tuple(with_(found.variants[0], ari=ari) for ari in aris)
    return part(
        summary, "sensitivity", variants=rows, same_way=with_(found.same_way, ari=same)
    )


def test_a_silhouette_that_was_not_measured_is_left_out_of_the_sentence(summary):
    found = trust.variants_of_silhouette
    assert "simplified" in found(summary)
    without = found(part(summary, "silhouette", squared=0.555, simplified=None))
    assert "squared distances give 0.555. These are other scales" in without
    assert found(part(summary, "silhouette", squared=None, simplified=None)) == ""


@pytest.mark.parametrize(
    ("aris", "answer"),
    [
        ((0.8, 0.9, 0.85, 0.3), "Most likely yes: 3 of 4 other ways"),
        ((0.79, 0.5, 0.3, 0.2), "It depends on how they cut: 0 of 4 other ways"),
        ((0.49, 0.4, 0.9), "Most likely not: 1 of 3 other ways"),
    ],
)
def test_the_answer_about_another_analyst_follows_the_agreement(summary, aris, answer):
    assert trust.another_analyst(variants(summary, aris)).startswith(answer)


def test_nothing_is_said_of_other_analysts_where_the_sample_alone_disagrees(summary):
    told = trust.another_analyst(variants(summary, (0.9,), same=0.79))
    assert told.startswith("It is hard to tell: on 3,000 learners")
    assert trust.another_analyst(variants(summary, ())).startswith("Not known")
    none = with_evidence(summary, sensitivity=None)
    assert trust.another_analyst(none).startswith("Not known")


def test_a_gap_is_claimed_only_where_there_is_one(summary):
    found = summary.evidence
    n = len({frozenset((r.segment_id, r.neighbour_id)) for r in found.valleys if r.dip})
    assert trust.humps(found).startswith(f"There is no gap between the {n} pairs")
    rows = tuple(
        with_(row, is_gap=is_gap, segment_id=i, neighbour_id=i + 1)
        for i, (row, is_gap) in enumerate(
            zip(found.valleys[:2], (True, False), strict=True), start=1
        )
    )
    parted = with_(found, valleys=rows)
    assert trust.humps(parted).startswith("Between 1 of 2 pairs")
    none = tuple(with_(row, dip=None) for row in found.valleys)
    assert "large enough" in trust.humps(with_(found, valleys=none))


def test_a_pair_that_was_not_tested_has_no_number_in_the_table(summary):
    none = tuple(with_(row, dip=None) for row in summary.evidence.valleys)
    rows = trust.dips(with_evidence(summary, valleys=none)).rows
    assert rows[-1][1:] == ("", "", "", "", "too few to tell")


def test_each_pair_of_neighbours_is_listed_once(summary):
    row = summary.evidence.valleys[0]
    back = with_(row, segment_id=row.neighbour_id, neighbour_id=row.segment_id)
    twice = with_(summary.evidence, valleys=(row, back))
    assert trust.neighbours(twice) == [row]


def test_only_segments_that_are_cut_count_as_cut(summary):
    found = summary.evidence.finer
    n, cut = len(found.dossiers), [one.k for one in found.dossiers if one.k > 1]
    assert trust.finer(summary.evidence).startswith(
        f"{len(cut)} of {n} segments can be cut further, into {sum(cut)} sub-segments"
    )
    first, second, *others = found.dossiers
    dossiers = (with_(first, k=1), with_(second, k=4))
    dossiers += tuple(with_(one, k=1) for one in others)
    assert trust.finer(part(summary, "finer", dossiers=dossiers).evidence).startswith(
        f"1 of {n} segments can be cut further, into 4 sub-segments"
    )
    whole = tuple(with_(one, k=1) for one in found.dossiers)
    uncut = part(summary, "finer", dossiers=whole)
    assert trust.finer(uncut.evidence).startswith(f"None of {n} segments")
    assert trust.subsegments(uncut).rows == ()


def test_parts_have_pay_only_where_the_table_has_it(summary):
    heads = [column.heading for column in trust.subsegments(summary).columns]
    assert heads[-2:] == ["Median pay", "Median years"]
    poor = with_(summary, input=with_(summary.input, available=("title", "learner_id")))
    assert "Median pay" not in [c.heading for c in trust.subsegments(poor).columns]


def test_a_run_without_evidence_says_how_to_get_it(notebook):
    assert short_verdict(notebook) == ""
    assert trust.verdict_of(notebook) is None
    assert trust.tables_of(notebook) == ()
    assert "--evidence quick" in trust.trust_of(notebook).left_out
    config = {**notebook.settings.config, "evidence": {"level": "quick"}}
    tried = with_(notebook, settings=with_(notebook.settings, config=config))
    assert trust.left_out(tried).startswith("There are too few records")


def test_conditions_say_what_was_found_and_what_is_asked_for(summary):
    grounds = summary.evidence.verdict.grounds
    rows = trust.conditions(summary).rows
    assert len(rows) == len(grounds)
    for row, ground in zip(rows, grounds, strict=True):
        assert row[0].lower() == ground.condition.lower()
        assert row[3] == ("✓ yes" if ground.met else "✗ no")
        if ground.limit is None:
            assert row[1:3] == ("yes" if ground.met else "no", "yes")
        else:
            side = (
                "at least"
                if (ground.value >= ground.limit) == ground.met
                else "at most"
            )
            assert row[1:3] == (ground.value, f"{side} {ground.limit:g}")


def test_a_p_value_is_asked_to_be_low_and_never_written_as_nothing(summary):
    p, *others = summary.evidence.verdict.grounds
    assert p.condition.startswith("p-value")
    for value, met, found in ((0.3, False, 0.3), (0.0, True, "<0.001")):
        grounds = (with_(p, value=value, limit=0.01, met=met), *others)
        changed = part(summary, "verdict", grounds=grounds)
        row = trust.conditions(changed).rows[0]
        assert row[1:] == (found, "at most 0.01", "✓ yes" if met else "✗ no")


@pytest.mark.parametrize(
    ("silhouette", "word"),
    [
        (0.25, "overlap"),
        (0.251, "weakly"),
        (0.7, "reasonably"),
        (0.71, "clearly"),
        (None, "not measured"),
    ],
)
def test_words_for_separation_depend_on_the_silhouette(silhouette, word):
    assert word in trust.apart(silhouette)


def test_a_tiny_segment_puts_a_warning_beside_the_silhouette(summary, notebook):
    assert trust.small_segment(summary) == ""
    assert "holds under 10 records" in trust.small_segment(notebook)
    small = with_(summary.segments[0], share=0.019)
    tiny = with_(summary, segments=(small, *summary.segments[1:]))
    assert "holds 1.9%" in trust.small_segment(tiny)


def test_hopkins_is_given_both_ways_with_what_it_cannot_prove(summary):
    told = trust.hopkins_sentence(summary)
    assert "Hopkins is 1 with" in told
    usual = f"{summary.tendency.original.statistic:g}"
    assert f"{usual} as often computed" in told
    assert "cannot prove" in told
    rows = f"{summary.tendency.power_d.n_rows:,}"
    assert {usual, rows} <= told_by(trust.hopkins(summary), summary)


def test_the_runner_up_is_told_with_what_speaks_for_it(summary, notebook):
    def second(one):
        found = one.selection
        return next(row for row in found.table if row.k == found.runner_up)

    row, plain = second(summary), second(notebook)
    assert trust.runner_up(summary) == (
        f"k = {row.k}: silhouette {row.silhouette:g}, agreement of halves "
        f"{row.half_agreement:g}."
    )
    assert trust.runner_up(notebook) == (
        f"k = {plain.k}: silhouette {plain.silhouette:g}."
    )
    alone = with_(summary, selection=with_(summary.selection, runner_up=None))
    assert trust.runner_up(alone).startswith("There is none")


def test_the_sweep_says_how_often_every_k_was_fitted(summary, notebook):
    rows = tuple(with_(row, halvings=17) for row in summary.selection.table)
    halved = with_(summary.selection, halved=4200, table=rows)
    assert trust.sweep(with_(summary, selection=halved)).endswith(
        "4,200 of them were halved 17 times, until it was known which k the rule "
        "takes, and both halves cut from scratch."
    )
    fewer = with_(halved, table=(with_(rows[0], halvings=8), *rows[1:]), judged=9000)
    told = trust.sweep(with_(summary, selection=fewer))
    assert "halved 8 to 17 times" in told
    assert told.endswith(
        "of 9,000 learners drawn from all; segments, their sizes and profiles are of "
        "all."
    )
    assert trust.sweep(notebook).endswith("records.")


def test_all_is_gathered_for_the_page(summary):
    found, whole = trust.verdict_of(summary), trust.trust_of(summary)
    assert found.word in {"repeatable", "arbitrary"}
    assert found.others == summary.words.sensitivity
    assert len(found.reasons) == len(summary.evidence.finer.dossiers)
    assert whole.left_out == ""
    assert whole.silhouette == f"{summary.selection.chosen.silhouette:g}"
    assert [table.sheet for table in trust.tables_of(summary)] == [
        "Verdict",
        "Hopkins",
        "Sub-segments",
        "Numbers of parts",
        "Dip tests",
    ]


def test_ways_not_tried_are_listed_with_their_reason(summary):
    assert trust.skipped(summary.evidence).rows == ()
    assert trust.skipped(with_(summary.evidence, sensitivity=None)).rows == ()


def test_every_finer_cut_is_listed_with_what_the_rule_said(summary):
    rows = trust.dossiers(summary).rows
    assert len(rows) == sum(len(one.table) for one in summary.evidence.finer.dossiers)
    cut = [one for one in summary.evidence.finer.dossiers if one.k > 1]
    assert [row[-1] for row in rows].count("chosen") == len(cut) > 0
