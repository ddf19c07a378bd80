import csv
from pathlib import Path

import hypothesis.strategies as st
import narwhals as nw
import polars as pl
import pytest
from hypothesis import example, given

from learnstrata.exceptions import DegenerateError, ParameterError, SchemaError
from learnstrata.learners.roles.families import add_roles, coverage
from learnstrata.learners.roles.titles import (
    NOT_STATED,
    SENIORITY,
    UNMAPPED,
    TitleTable,
    is_entry_level,
    match_titles,
    normalise_title,
)

with (Path(__file__).parent / "titles_gold.csv").open(encoding="utf-8") as _file:
    GOLD = list(csv.DictReader(_file))
GOLD_TITLES = [row["title"] for row in GOLD]

TITLES = ["Sr. QA Engg", None, "7033771951", "Backend Engineer", None, "Intern", ""]
FAMILIES = ["Quality", NOT_STATED, UNMAPPED, "Backend", NOT_STATED, "Other", NOT_STATED]
RANKS = [3, None, None, 2, None, 0, None]
HOWS = ["pattern", "missing", "unmapped", "pattern", "missing", "generic", "missing"]

words = st.sampled_from(sorted(TitleTable.load().known))
anything = st.one_of(
    st.text(max_size=60),
    st.sampled_from(GOLD_TITLES),
    st.lists(words, max_size=40).map(" ".join),
    st.lists(words, max_size=8).map("".join),
)


def match(title):
    return match_titles([title])[0]


def read(title):
    found = match(title)
    return found.family, found.seniority


def rows(native):
    table = nw.from_native(native).lazy().collect("polars").to_native()
    return table.sort("row").rows(named=True)


def collected(native):
    return nw.from_native(native).lazy().collect("polars").to_native()


def test_gold_list_is_large_enough_and_has_no_title_twice():
    assert len(GOLD) >= 250
    assert len(set(GOLD_TITLES)) == len(GOLD)
    assert {row["family"] for row in GOLD} == set(TitleTable.load().families)


def test_families_agree_with_the_gold_list():
    found = match_titles(GOLD_TITLES)
    misses = [
        f"{row['title']!r}: {got.family}, expected {row['family']}"
        for row, got in zip(GOLD, found, strict=True)
        if got.family != row["family"]
    ]
    assert 1 - len(misses) / len(GOLD) >= 0.97, "\n".join(misses)


def test_seniority_agrees_with_the_gold_list():
    found = match_titles(GOLD_TITLES)
    misses = [
        f"{row['title']!r}: {got.seniority}, expected {row['seniority']}"
        for row, got in zip(GOLD, found, strict=True)
        if str("" if got.seniority is None else got.seniority) != row["seniority"]
    ]
    assert 1 - len(misses) / len(GOLD) >= 0.97, "\n".join(misses)


@pytest.mark.parametrize(
    ("title", "family", "seniority"),
    [
        ("Associate Director, Online Products", "Product and programme", 6),
        ("International Sales Executive", "Business functions", 2),
        ("Internal Auditor", "Business functions", 2),
        ("Graduate Engineer Trainee", "Software (general)", 1),
        ("Data Analyst", "Data analysis", 2),
        ("Engineering Leadership", "Engineering management", 5),
        ("Security Leadership", "Security", 5),
        ("Product Manager", "Product and programme", 2),
        ("Group Product Manager", "Product and programme", 5),
        ("Member of Technical Staff", "Software (general)", 2),
        ("Staff Engineer", "Software (general)", 4),
        ("Lead Generation Executive", "Business functions", 2),
        ("Product Owner", "Product and programme", 2),
        ("Owner", "Consulting and business", 6),
        ("Device Driver Developer", "Hardware and embedded", 2),
        ("Driver", "Other", 2),
        ("SoC Verification Engineer", "Hardware and embedded", 2),
        ("SOC Analyst", "Security", 2),
        ("Java Trainer", "Research and teaching", 2),
        ("JavaScript Developer", "Frontend", 2),
        ("Technical Recruiter", "Business functions", 2),
        ("Executive Assistant", "Business functions", 2),
        ("Management Trainee", "Consulting and business", 1),
        ("Assistant Professor", "Research and teaching", 2),
        ("Assistant Vice President", "Consulting and business", 5),
        ("L2 Support Engineer", "Support and operations", 2),
        ("React Native Developer", "Mobile", 2),
        ("Java Full Stack Developer", "Full stack", 2),
    ],
)
def test_trap_is_avoided(title, family, seniority):
    assert read(title) == (family, seniority)


@pytest.mark.parametrize(
    ("title", "seniority"),
    [
        ("SDE I", 1),
        ("SDE-1", 1),
        ("SDE2", 2),
        ("SDE II", 2),
        ("SDE-III", 3),
        ("Software Engineer 4", 3),
        ("Software Engineer V", 4),
        ("Senior Software Engineer 2", 3),
        ("Associate Engineer 2", 1),
        ("Software Engineer 2021", 2),
        ("3D Artist", 2),
    ],
)
def test_level_is_read_behind_a_role_word_only(title, seniority):
    assert match(title).seniority == seniority


@pytest.mark.parametrize(
    ("title", "normal"),
    [
        ("FullStack Engineer", "full stack engineer"),
        ("fullstackengineer", "full stack engineer"),
        ("Full-Stack   Engg.", "full stack engineer"),
        ("\uff33\uff52\uff0e\uff24\uff45\uff56", "senior developer"),
        ("Ingénieur Sénior", "ingenieur senior"),
        ("jr dev (remote)", "junior developer"),
        ("(Backend Engineer)", "back end engineer"),
        ("Contract Engineer - Part Time", "engineer"),
        ("Freelancer", "freelancer"),
        ("C++/C#/.NET & R&D", "cpp csharp dot net rnd"),
        ("Q.A. Engineers", "qa engineer"),
        ("Head of the IT Systems", "head it system"),
        ("SDE-II", "software engineer 2"),
        ("\U0001f680", ""),
    ],
)
def test_title_is_normalised(title, normal):
    assert normalise_title(title) == normal


@given(anything)
@example("engineer i i")
@example("part part time time")
@example(" ".join(["amts"] * 40))
@example("\u0149\ufdfa" * 100)
def test_normalising_twice_changes_nothing(title):
    once = normalise_title(title)
    assert normalise_title(once) == once


@given(anything)
@example("[a-z]*(?P<x>")
@example("\ud83d")
def test_any_text_gets_a_family_and_a_rank_where_it_is_mapped(title):
    found = match(title)
    assert found.title == title
    assert found.family in TitleTable.load().families
    unranked = found.family in {NOT_STATED, UNMAPPED}
    assert (found.seniority is None) == unranked
    assert found.seniority is None or 0 <= found.seniority < len(SENIORITY)
    assert (found.how in {"missing", "unmapped"}) == unranked


@given(
    anything, st.sampled_from([str.upper, str.lower, str.swapcase]), st.text(" \t\n")
)
def test_case_and_outer_spaces_do_not_matter(title, change, space):
    assert read(space + change(title) + space) == read(title)


@given(st.lists(st.one_of(st.none(), anything), max_size=8))
def test_each_title_is_matched_as_if_alone(titles):
    assert match_titles(titles) == [match(title) for title in titles]


@pytest.mark.parametrize("title", [None, "", "  ", "N/A", "null", "-", "Unknown_Role"])
def test_nothing_stated_is_missing(title):
    found = match(title)
    assert (found.family, found.seniority, found.how) == (NOT_STATED, None, "missing")


@pytest.mark.parametrize("title", ["7033771951", "Jharkhand", "Telar", "B.Tech"])
def test_junk_is_unmapped(title):
    assert match(title).how == "unmapped"


@pytest.mark.parametrize(
    ("title", "family", "how"),
    [
        ("Data Engineer", "Data engineering", "pattern"),
        ("Mechnical Engineer", "Hardware and embedded", "fuzzy"),
        ("Bakend Developer", "Backend", "fuzzy"),
        ("Data Sceintist", "Data science", "fuzzy"),
        ("Some Engineer", "Software (general)", "generic"),
        ("Advisory Engineer", "Software (general)", "generic"),  # not "advisor"
        ("Bid Manager", "Consulting and business", "generic"),  # not "BI manager"
    ],
)
def test_title_says_how_it_was_matched(title, family, how):
    found = match(title)
    assert (found.family, found.how) == (family, how)


def test_score_of_100_corrects_nothing():
    (found,) = match_titles(["Mechnical Engineer"], fuzzy_score=100)
    assert (found.family, found.how) == ("Software (general)", "generic")


@pytest.mark.parametrize("score", [49.9, 100.1, float("nan")])
def test_score_out_of_range_is_refused(score):
    with pytest.raises(
        ParameterError, match=f"Got fuzzy_score={score}, expected 50 to 100; .* 92"
    ):
        match_titles(["QA"], fuzzy_score=score)


def test_only_the_first_200_characters_are_read():
    assert read("QA " + "x" * 1_000_000) == ("Quality", 2)
    assert match("x" * 200 + " QA").how == "unmapped"
    assert match("(" * 1_000_000).how == "missing"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Software Intern", True),
        ("Associate Software Developer", True),
        ("Fresher", True),
        ("Associate Director", False),
        ("International Analyst", False),
        ("Data Analyst", False),
        ("7033771951", False),
        (None, False),
    ],
)
def test_entry_level_is_told_by_words(title, expected):
    assert is_entry_level(title) is expected


def test_table_is_consistent():
    table = TitleTable.load()
    families = {
        value
        for rules in (table.rules, table.generic)
        for entries in rules.by_word.values()
        for _, _, value in entries
    }
    assert TitleTable.load() is table
    assert table.version == 3
    assert table.families[-2:] == (NOT_STATED, UNMAPPED)
    assert families == set(table.families) - {NOT_STATED}
    settled = {word for words in table.known.values() for word in words}
    assert all(table.known[word] == (word,) for word in settled)
    assert not settled & {"i", "ii", "iii", "iv", "v"}


def test_every_single_word_of_a_rule_is_in_its_normal_form():
    table = TitleTable.load()
    for rules in (table.rules, table.generic, table.ranks, table.no_rank):
        unreachable = {
            word
            for pattern in rules.patterns()
            for word in pattern.words()
            if normalise_title(word) != word or (word in table.dropped)
        }
        assert unreachable <= {"freelance", "freelancer", "contractor"}


def test_roles_are_added_on_every_engine(frame):
    table = frame({"row": list(range(len(TITLES))), "title": TITLES})
    for got, family, rank, how in zip(
        rows(add_roles(table)), FAMILIES, RANKS, HOWS, strict=True
    ):
        assert got["role_family"] == family
        assert got["seniority"] == rank
        assert got["role_match"] == how


def test_family_is_text_and_seniority_a_number_on_every_engine(frame):
    added = nw.from_native(add_roles(frame({"title": ["QA", "Intern"]})))
    schema = added.collect_schema()
    assert schema["role_family"] == nw.String
    assert schema["role_match"] == nw.String
    assert schema["seniority"].is_numeric()


def test_input_is_left_alone(frame):
    table = frame({"title": ["QA", None]})
    add_roles(table)
    assert nw.from_native(table).collect_schema().names() == ["title"]


@pytest.mark.parametrize("kind", [pl.DataFrame, pl.LazyFrame])
def test_order_of_rows_and_type_are_kept_on_polars(kind):
    added = add_roles(kind({"title": TITLES * 3}))
    assert isinstance(added, kind)
    eager = added.lazy().collect()
    assert eager["title"].to_list() == TITLES * 3
    assert eager["role_family"].to_list() == FAMILIES * 3
    assert eager.schema["seniority"] == pl.Int64


def test_order_of_rows_and_index_are_kept_on_pandas():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"title": TITLES}, index=range(20, 20 + len(TITLES)))
    added = add_roles(table)
    assert added.index.tolist() == table.index.tolist()
    assert added["role_family"].tolist() == FAMILIES


@pytest.mark.parametrize("dtype", ["category", "object"])
def test_pandas_column_of_another_kind_is_read_as_text(dtype):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"title": pd.Series(["QA", None, "QA"], dtype=dtype)})
    added = add_roles(table)
    assert added["role_family"].tolist() == ["Quality", NOT_STATED, "Quality"]


def test_relation_of_a_connection_of_its_own_is_read():
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        table = connection.sql("select * from (values ('QA'), (null)) t(title)")
        families = collected(add_roles(table))["role_family"]
    assert sorted(families) == [NOT_STATED, "Quality"]


def test_column_without_a_title_is_all_missing():
    added = add_roles(pl.DataFrame({"job": [None, None]}), title="job")
    assert added["role_family"].to_list() == [NOT_STATED] * 2
    assert added["seniority"].to_list() == [None] * 2


def test_number_column_is_unmapped_and_not_an_error():
    added = add_roles(pl.DataFrame({"title": [7033771951, None]}))
    assert added["role_family"].to_list() == [UNMAPPED, NOT_STATED]


def test_missing_title_column_is_named(frame):
    with pytest.raises(
        SchemaError, match=r"Missing columns \['title'\]; the table has \['titel'\]"
    ):
        add_roles(frame({"titel": ["QA"]}))


def test_coverage_counts_learners_on_every_engine(frame):
    found = coverage(add_roles(frame({"title": TITLES})))
    assert (found.mapped, found.missing, found.unmapped) == (3, 3, 1)
    assert found.learners == 7
    assert (found.n_titles, found.n_titles_mapped) == (4, 3)


def test_unmapped_titles_are_listed_with_enough_learners_and_masked_numbers():
    titles = {
        "Telar": 6,
        "7033771951": 7,
        "+91 703-377-1951": 5,
        "Zeta 2": 6,
        "Rahul": 4,
        "QA": 9,
    }
    column = [title for title, n in titles.items() for _ in range(n)]
    learners = add_roles(pl.DataFrame({"title": column}))
    listed = coverage(learners).top_unmapped
    assert listed == [
        ("70######51", 7),
        ("Telar", 6),
        ("Zeta 2", 6),
        ("+91 ###-###-##51", 5),
    ]
    assert coverage(learners, most=1).top_unmapped == listed[:1]
    assert ("Rahul", 4) in coverage(learners, min_learners=4).top_unmapped


def test_a_learner_of_several_records_holds_a_title_once():
    learners = pl.DataFrame({"title": ["Telar"] * 6, "learner_id": list("aabbcd")})
    found = coverage(add_roles(learners), min_learners=4)
    assert (found.unmapped, found.top_unmapped) == (6, [("Telar", 4)])
    assert coverage(add_roles(learners), min_learners=5).top_unmapped == []


def test_coverage_of_no_learner_is_refused():
    empty = add_roles(pl.DataFrame({"title": []}, schema={"title": pl.String}))
    with pytest.raises(DegenerateError, match="without rows, expected one row a learn"):
        coverage(empty)


def test_coverage_needs_role_families():
    with pytest.raises(SchemaError, match=r"Missing columns \['role_family'\]"):
        coverage(pl.DataFrame({"title": ["QA"]}))


@pytest.mark.parametrize("option", [{"min_learners": 0}, {"most": -1}])
def test_coverage_refuses_impossible_limits(option):
    learners = add_roles(pl.DataFrame({"title": ["QA"]}))
    with pytest.raises(ParameterError, match="expected 1 or more and 0 or more"):
        coverage(learners, **option)
