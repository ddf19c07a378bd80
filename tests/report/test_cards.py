import pytest

from charted import cut_on, with_
from learnstrata.report.cards import cards_of, rules_sentence
from learnstrata.report.glossary import glossary
from learnstrata.summary.blank import blank
from learnstrata.summary.contract.meaning import Pull
from learnstrata.summary.descriptions import describe_segment


def with_first(summary, **changes):
    first, *others = summary.segments
    return with_(summary, segments=(with_(first, **changes), *others))


def first_card(summary):
    return cards_of(summary)[0]


def facts_of(summary):
    return dict(first_card(summary).facts)


def test_each_segment_has_a_card_with_its_size_name_and_description(summary):
    for card, segment in zip(cards_of(summary), summary.segments, strict=True):
        assert (card.id, card.name) == (segment.id, segment.name)
        assert card.count == f"{segment.size:,}"
        assert card.width == pytest.approx(100 * segment.share)
        assert card.description == summary.words.descriptions[segment.id]


def test_measures_tell_median_middle_half_and_all(summary):
    pay = summary.segments[0].number("pay")
    found = {measure.label: measure for measure in first_card(summary).measures}
    assert found["Median pay (LPA)"].value == f"{pay.p50 / 1e5:.1f}"
    assert found["Median pay (LPA)"].quartiles == (
        f"{pay.p25 / 1e5:.1f} to {pay.p75 / 1e5:.1f}"
    )
    assert found["Median pay (LPA)"].base == f"{pay.base / 1e5:.1f}"
    assert list(found)[1:] == [
        "Median experience (years)",
        "Company pay level (LPA)",
        "Company size (learners)",
    ]


def test_one_segment_is_not_put_beside_itself(summary):
    whole = summary.model_copy(
        update={"segments": summary.segments[:1], "small_segments": 0}
    )
    assert {measure.base for measure in first_card(whole).measures} == {""}
    told = describe_segment(whole.segments[0], whole)
    assert "a pay of" in told
    assert "median of all" not in told


def typical(summary, feature, **changes):
    numbers = summary.segments[0].typical
    return with_first(
        summary,
        typical=tuple(
            with_(n, **changes) if n.feature == feature else n for n in numbers
        ),
    )


def test_pay_that_is_hidden_has_no_measure(summary):
    hidden = typical(summary, "pay", p25=None, p50=None, p75=None)
    labels = [measure.label for measure in first_card(hidden).measures]
    assert "Median pay (LPA)" not in labels
    part = typical(summary, "pay", p25=None, base=None)
    pay = first_card(part).measures[0]
    assert (pay.quartiles, pay.base) == ("not told", "not told")


def test_a_company_of_few_reads_under_ten_where_enough_state_theirs(summary):
    small = typical(summary, "company_learners", p25=None, p50=None, n=200)
    size = first_card(small).measures[-1]
    assert size.value == "under 10"
    assert size.quartiles.startswith("under 10 to ")
    few = typical(summary, "company_learners", p50=None, n=None)
    assert "Company size (learners)" not in {m.label for m in first_card(few).measures}


def test_the_widest_bar_of_a_role_fills_its_place(summary):
    widths = [role.width for card in cards_of(summary) for role in card.roles]
    assert max(widths) == 100
    assert len(first_card(summary).roles) == 5


def side_of(index):
    if index is None:
        return ""
    return "over" if index >= 120 else "under" if index <= 80 else ""


def test_roles_are_marked_over_and_under_where_they_are_far_from_all(summary):
    summary = cut_on(summary, "log_pay")
    for card, segment in zip(cards_of(summary), summary.segments, strict=True):
        roles = segment.category("role")
        for part, role in zip(card.roles, roles, strict=False):
            assert (part.value, part.side) == (role.value, side_of(role.index))


@pytest.mark.parametrize(
    ("index", "side"),
    [(120, "over"), (119, ""), (81, ""), (80, "under"), (None, "")],
)
def test_an_index_that_is_hidden_is_marked_neither_over_nor_under(summary, index, side):
    summary = cut_on(summary)
    first, *others = summary.segments[0].categories
    assert first.name == "role"
    role = with_(first.values[0], index=index)
    roles = with_(first, values=(role, *first.values[1:]))
    changed = with_first(summary, categories=(roles, *others))
    assert first_card(changed).roles[0].side == side == side_of(index)


def test_nothing_is_marked_of_what_the_segments_were_cut_on(summary):
    summary = cut_on(summary, "log_pay", "role")
    sides = {"Roles": [part.side for part in first_card(summary).roles]}
    sides |= {
        title: [part.side for part in parts]
        for title, parts in first_card(summary).bands
    }
    assert not any(sides["Roles"] + sides["Pay bands"])
    assert any(sides["Company tiers"] + sides["Experience"])


def test_bands_stand_from_low_to_high_and_few_read_under_ten(summary):
    bands = dict(first_card(summary).bands)
    assert [part.value for part in bands["Pay bands"]] == [
        "Low",
        "Average",
        "High",
        "Very high",
    ]
    assert [p.value for p in bands["Experience"]] == ["Early", "Mid", "Senior"]
    shades = [part.shade for part in bands["Pay bands"]]
    assert len(set(shades)) == len(shades)
    counts = {s.value: s.count for s in summary.segments[0].category("pay_band")}
    for part in bands["Pay bands"]:
        assert (part.share == "under 10") == (counts[part.value] is None)


def test_a_card_of_few_whose_shares_are_hidden_tells_counts(notebook):
    small = cards_of(notebook)[-1]
    parts = [part for _, parts in small.bands for part in parts]
    assert notebook.segments[-1].category("pay_band")[0].share is None
    assert {part.share for part in parts} <= {
        *("40 of them", "50 of them", "under 10"),
    }


def test_a_rule_tells_what_it_catches(summary):
    rule = summary.segments[0].rule
    told = facts_of(summary)["In words"]
    assert told.lower().startswith(rule.text.lower())
    share = summary.settings.numbers.share
    caught, right = share(rule.coverage), share(rule.precision)
    assert f"Catches {caught} of the segment; {right} of those" in told


@pytest.mark.parametrize("hidden", ["coverage", "precision"])
def test_a_rule_tried_on_few_has_no_dashes_for_shares(summary, hidden):
    rule = with_(summary.segments[0].rule, **{hidden: None})
    told = facts_of(with_first(summary, rule=rule))["In words"]
    assert told.endswith(". Too few were set aside to say how well it does.")
    assert "Catches" not in told


def test_a_segment_that_no_rule_catches_says_so_unless_there_are_none(summary):
    none = with_first(summary, rule=None)
    assert facts_of(none)["In words"] == "No short rule catches this segment."
    without = with_(none, rules=with_(none.rules, reason="there are too few learners"))
    assert "In words" not in facts_of(without)
    told = rules_sentence(without)
    assert told == "There are no rules in words: there are too few learners."


def test_the_sentence_on_rules_tells_all_three_shares(summary):
    told, found = rules_sentence(summary), summary.rules
    for share in (found.stated, found.fidelity, found.baseline):
        assert f" {summary.settings.numbers.share(share)}" in told
    assert f"{found.n_held_out:,} learners set aside" in told


def pulled(summary, *pulls):
    return with_first(
        summary,
        pulls=tuple(
            Pull(feature=name, label=label, told=told, mean=1.0, share=share)
            for name, label, told, share in pulls
        ),
    )


def test_a_card_says_what_decides_but_not_what_hardly_does(summary):
    found = pulled(
        summary,
        ("log_pay", "log pay", "higher pay", 0.53),
        ("extra:score", "score", "lower score", 0.43),
        ("role", "role", "role Backend", 0.04),
    )
    assert facts_of(found)["What decides"] == (
        "What puts learners here and not in the next segment: higher pay (53%) and "
        "lower score (43%)."
    )
    hardly = pulled(summary, ("role", "role", "role Backend", 0.01))
    assert "What decides" not in facts_of(hardly)


def test_pay_and_its_logarithm_bear_their_own_names_side_by_side(summary):
    both = (
        ("pay", "pay", "higher pay", 0.56),
        ("log_pay", "log pay", "higher pay", 0.13),
    )
    found = facts_of(pulled(summary, *both))["What decides"]
    assert "higher pay, as pay (56%) and higher pay, as log pay (13%)" in found


def progressed(summary, **changes):
    return with_first(
        summary, progression=with_(summary.segments[0].progression, **changes)
    )


def test_progression_is_told_as_far_as_it_is_known(summary):
    known = progressed(
        summary,
        growth=0.18,
        growth_of_all=0.13,
        n_growth=100,
        role_change=0.58,
        role_change_of_all=None,
        n_roles=None,
    )
    assert facts_of(known)["Progression"] == (
        "Of learners with older records: pay grew by 18% a year from the oldest to the "
        "newest (all: 13%; 100 learners); 58% named more than one role (under 10 "
        "learners)."
    )
    nothing = progressed(summary, growth=None, role_change=None)
    assert "Progression" not in facts_of(nothing)
    assert "Progression" not in facts_of(with_first(summary, progression=None))


def test_a_card_tells_how_far_its_segment_overlaps_with_itself_in_halves(summary):
    found = summary.evidence.stability
    first, *others = found.per_segment
    rows = (with_(first, jaccard=0.765, low=0.7), *others)
    stability = with_(found, per_segment=rows, halves=34)
    changed = with_(summary, evidence=with_(summary.evidence, stability=stability))
    told = facts_of(changed)["How stable"]
    assert told == (
        "In 34 halves of the learners that were cut from scratch it overlaps with "
        "itself by 76.5% on average, 70% or less in a quarter of them."
    )


def test_a_card_counts_who_is_sure_to_belong(summary):
    rows = summary.evidence.certainty.per_segment
    few = (with_(rows[0], core=1200, borderline=90, atypical=None), *rows[1:])
    certainty = with_(summary.evidence.certainty, per_segment=few)
    changed = with_(summary, evidence=with_(summary.evidence, certainty=certainty))
    assert facts_of(changed)["How sure"] == (
        "1,200 are nearest to this segment (core), 90 nearly as near to another "
        "(borderline) and under 10 far from all (atypical)."
    )


def test_a_run_without_evidence_has_cards_without_it(notebook):
    for card in cards_of(notebook):
        assert not {"How stable", "How sure"} & {heading for heading, _ in card.facts}


def test_a_name_of_the_user_stands_beside_ours(summary):
    named = with_first(summary, name="Our stars")
    ours = summary.segments[0].name_by_numbers
    assert facts_of(named)["Name"] == (
        f'Given in the configuration; by its numbers it is "{ours}".'
    )
    assert "Name" not in facts_of(summary)


def test_a_bare_table_has_cards_of_size_and_name(summary):
    bare = with_first(
        summary, typical=(), categories=(), pulls=(), progression=None, rule=None
    )
    card = first_card(bare)
    assert card.measures == card.roles == card.bands == ()


def test_cards_without_texts_of_the_data_can_be_made(summary):
    assert len(cards_of(blank(summary))) == len(summary.segments)


def test_the_glossary_explains_the_unit_where_it_needs_it():
    assert glossary("LPA")["LPA"].startswith("Lakh")
    assert set(glossary("LPA")) - set(glossary("k USD")) == {"LPA"}
