import json
import re
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from pathlib import Path
from typing import get_type_hints

import pytest

from learnstrata.config.loading import (
    list_recipes,
    load_config,
    load_limits,
    load_names,
    load_over,
)
from learnstrata.config.stages import (
    Cleaning,
    Columns,
    Config,
    FeatureGroup,
    Numbers,
    Pay,
    Privacy,
)
from learnstrata.exceptions import ConfigError
from learnstrata.learners.features.register import FEATURES


@pytest.fixture
def toml(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_both_recipes_are_listed():
    assert list_recipes() == ("notebook", "robust")


@pytest.mark.parametrize("recipe", ["notebook", "robust"])
def test_a_recipe_loads_and_names_features_that_exist(recipe):
    config = load_config(recipe)
    assert (config.recipe, config.version) == (recipe, 1)
    named = [c for group in config.features.values() for c in group.columns]
    assert set(named) <= set(FEATURES)


def test_robust_is_the_default_and_segments_learners():
    config = load_config()
    assert config == load_config("robust")
    assert (config.unit, config.as_of) == ("learner", "table")
    assert config.cleaning == Cleaning()


def test_notebook_says_what_the_original_did():
    config = load_config("notebook")
    assert (config.unit, config.as_of, config.sampler) == ("record", "clock", "legacy")
    assert config.company.tier_cuts == (0.33, 0.66)
    assert not config.company.leave_out_own
    assert config.features["categories"] == FeatureGroup(
        columns=("role", "tier"), scaling="none"
    )


def test_users_file_lies_over_the_recipe(toml):
    path = toml(
        """
        seed = 11
        as_of = 2019
        [columns]
        learner = "id"
        company = ""
        numeric = ["score"]
        [features.pay]
        weight = 2
        [features.score]
        columns = ["score"]
        [selection.rule]
        min_share = 0.05
        """
    )
    config, recipe = load_config(path=path), load_config()
    assert (config.seed, config.as_of) == (11, 2019)
    assert config.columns == Columns(learner="id", company="", numeric=("score",))
    assert config.features["pay"] == FeatureGroup(columns=("log_pay",), weight=2.0)
    assert config.features["score"] == FeatureGroup(columns=("score",))
    assert config.features["role"] == recipe.features["role"]
    rule = replace(recipe.selection.rule, min_share=0.05)
    assert config.selection == replace(recipe.selection, rule=rule)


def test_arguments_lie_over_the_file_and_none_changes_nothing(toml):
    path = toml('seed = 11\n[pay]\ncurrency = "USD"\nunit = 1000')
    config = load_config(path=path, seed=12, as_of=None, pay={"unit": 1.0})
    assert (config.seed, config.as_of) == (12, "table")
    assert config.pay == Pay(currency="USD", unit=1.0)
    assert load_config(seed=None, unit=None) == load_config()


def test_marks_of_numbers_are_read_for_the_table_and_for_pay(toml):
    path = toml("[numbers]\ndecimal = ','\n[pay]\ndecimal = '.'\nthousands = \"'\"")
    config = load_config(path=path)
    assert config.numbers == Numbers(decimal=",")
    assert (config.pay.decimal, config.pay.thousands) == (".", "'")
    assert load_config().numbers == Numbers()


@pytest.mark.parametrize("section", ["numbers", "pay"])
def test_one_mark_cannot_stand_for_decimals_and_thousands(toml, section):
    path = toml(f"[{section}]\ndecimal = ','\nthousands = ','")
    with pytest.raises(
        ConfigError,
        match=rf"Got {section}\.thousands = ',' .*: expected another mark than decimal",
    ):
        load_config(path=path)


def test_key_in_the_wrong_place_is_told_with_its_own(toml):
    with pytest.raises(
        ConfigError,
        match=r"Unknown key 'decimal' at the top level.* It is a key of \[numbers\] "
        r"and of \[pay\]\.",
    ):
        load_config(path=toml("decimal = ','"))


def test_currency_that_is_not_given_is_the_rupee():
    assert (Pay().currency, Pay().code, Pay().shown_unit) == ("", "INR", "LPA")
    assert Pay(currency="EUR").code == "EUR"
    assert Pay(currency="inr").shown_unit == "LPA"
    assert Pay(currency="usd").shown_unit == "k USD"


def test_users_file_may_name_the_recipe(toml):
    path = toml('recipe = "notebook"\nseed = 1')
    assert load_config(path=path) == replace(load_config("notebook"), seed=1)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 5")
    assert load_config(path=path).seed == 5


def test_names_and_privacy_are_read(toml):
    text = "[names]\n1 = 'Ours'\n[privacy]\nlearners = 20\nbase = 50\n"
    config = load_config(path=toml(text))
    assert config.names == {1: "Ours"}
    assert config.privacy == Privacy(learners=20, base=50)
    assert load_config().privacy == Privacy(10, 3, 0.6, 10, "bands")
    assert load_config(path=toml(text), names={1: "Theirs"}).names == {1: "Theirs"}


def test_names_may_be_given_by_the_name_a_segment_has(toml):
    config = load_config(path=toml("[names]\n'Senior, top pay' = 'Stars'\n2 = 'Two'\n"))
    assert config.names == {"Senior, top pay": "Stars", 2: "Two"}


def test_lists_become_tuples():
    config = load_config(experience_bands=[1, 5], columns={"categorical": ["city"]})
    assert config.experience_bands == (1.0, 5.0)
    assert config.columns.categorical == ("city",)
    assert isinstance(config.features["pay"].columns, tuple)


@pytest.mark.parametrize("recipe", ["notebook", "robust"])
def test_configuration_survives_json(recipe):
    config = load_config(recipe, as_of=2021)
    values = json.loads(json.dumps(config.as_dict()))
    assert load_config(values.pop("recipe"), **values) == config


@pytest.mark.parametrize(
    "stage",
    [f.name for f in fields(Config) if is_dataclass(getattr(load_config(), f.name))],
)
def test_every_stage_is_frozen(stage):
    value = getattr(load_config(), stage)
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, None)


def test_configuration_is_frozen():
    with pytest.raises(FrozenInstanceError):
        load_config().seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("currency", "unit", "per"),
    [("INR", "LPA", 100_000.0), ("USD", "k USD", 1_000.0)],
)
def test_pay_is_shown_in_the_unit_of_its_currency(currency, unit, per):
    pay = Pay(currency=currency)
    assert (pay.shown_unit, pay.per_shown_unit) == (unit, per)


# Errors.


def refusal(recipe="robust", path=None, **overrides):
    with pytest.raises(ConfigError) as caught:
        load_config(recipe, path, **overrides)
    return str(caught.value)


def test_unknown_recipe_is_refused_with_the_nearest():
    assert refusal("robst") == (
        "Got recipe 'robst', expected one of ['notebook', 'robust']. Perhaps 'robust'?"
    )
    assert refusal("zzz").endswith("['notebook', 'robust'].")


def test_unknown_recipe_in_the_file_is_refused(toml):
    assert "Got recipe 'notbook'" in refusal(path=toml('recipe = "notbook"'))
    assert "Got recipe '3'" in refusal(path=toml("recipe = 3"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sede = 3", "Unknown key 'sede' at the top level of the configuration. P"),
        ("sede = 3", "Perhaps 'seed'? Known keys: ['as_of', "),
        ("[colums]\npay = 'ctc'", "'colums' at the top level"),
        ("[columns]\nlearners = 'id'", "'learners' at [columns] of"),
        ("[columns]\nlearners = 'id'", "Perhaps 'learner'? Known keys: ['categorical'"),
        ("[selection.rule]\nmin_shar = 1", "'min_shar' at [selection.rule] of"),
        ("[selection.rule]\nmin_shar = 1", "Perhaps 'min_share'?"),
        ("[features.pay]\nwieght = 1", "'wieght' at [features.pay] of"),
        ("[features.pay]\nwieght = 1", "Perhaps 'weight'?"),
        ("[privacy]\nlearner = 9", "'learner' at [privacy] of"),
        ("[fit]\nzzz = 1", "at [fit] of the configuration. Known keys: ['starts']."),
    ],
)
def test_unknown_key_is_refused_where_it_stands(toml, text, told):
    assert told in refusal(path=toml(text))


def test_unknown_argument_is_refused_as_an_unknown_key_is():
    assert "Unknown key 'sed' at the top level" in refusal(sed=3)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"seed": "x"}, "Got seed = 'x' in the configuration: Input should be a valid"),
        ({"unit": "row"}, "Got unit = 'row' in the configuration: Input should be 'l"),
        ({"as_of": "soon"}, "Got as_of = 'soon' in the configuration: Input should be"),
        ({"as_of": "soon"}, "integer; or: Input should be 'table' or 'clock'."),
        ({"pay": 3}, "Got pay = 3 in the configuration: Input should be a dictionary"),
        ({"columns": {"pay": 3}}, "Got columns.pay = 3 in the configuration: Input"),
        ({"columns": {"numeric": "a"}}, "Got columns.numeric = 'a' in the configurat"),
        ({"features": {"pay": {"weight": "much"}}}, "Got features.pay.weight = 'much'"),
        ({"features": {"new": {"weight": 1}}}, "Got features.new.columns = {'weight'"),
        ({"features": {"pay": 3}}, "Got features.pay = 3 in the configuration: Input"),
        ({"company": {"tier_cuts": [0.3]}}, "Got company.tier_cuts.1 = [0.3] in the"),
        ({"names": ["A"]}, "Got names = ['A'] in the configuration: Input should be"),
        ({"names": {1: 3}}, "Got names.1 = 3 in the configuration: Input should be a"),
        ({"privacy": {"learners": "ten"}}, "Got privacy.learners = 'ten' in the conf"),
        ({"selection": {"sample": 1.5}}, "Got selection.sample = 1.5 in the configu"),
        ({"selection": {"rule": {"criterion": "x"}}}, "Got selection.rule.criterion ="),
    ],
)
def test_value_of_the_wrong_type_is_refused(overrides, told):
    assert told in refusal(**overrides)


LEAST, MOST = "should be greater than or equal to", "should be less than or equal to"


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"selection": {"k_min": 1}}, f"selection.k_min = 1: {LEAST} 2"),
        ({"selection": {"k_min": 5, "k_max": 4}}, "selection.k_max = 4: k_min = 5 or"),
        ({"selection": {"k_min": 12}}, "selection.k_max = 10: k_min = 12 or more"),
        ({"selection": {"k_max": 51}}, f"selection.k_max = 51: {MOST} 50"),
        ({"selection": {"sample": 9}}, f"selection.sample = 9: {LEAST} 10"),
        ({"selection": {"starts": 0}}, f"selection.starts = 0: {LEAST} 1"),
        (
            {"selection": {"rule": {"min_share": 0.6}}},
            f"selection.rule.min_share = 0.6: {MOST} 0.5",
        ),
        (
            {"selection": {"rule": {"min_jaccard": 75}}},
            f"selection.rule.min_jaccard = 75: {MOST} 1",
        ),
        (
            {"selection": {"rule": {"max_share": 1.1}}},
            f"selection.rule.max_share = 1.1: {MOST} 1",
        ),
        ({"features": {"pay": {"weight": -1}}}, f"features.pay.weight = -1: {LEAST} 0"),
        (
            {"features": {"pay": {"weight": float("inf")}}},
            "features.pay.weight = inf: should be a finite number",
        ),
        ({"seed": -1}, f"seed = -1: {LEAST} 0"),
        ({"pay": {"unit": 0}}, "pay.unit = 0: should be greater than 0"),
        ({"pay": {"unit": float("nan")}}, "pay.unit = nan: should be a finite number"),
        ({"pay": {"bands": [5, 5, 9]}}, "pay.bands = [5, 5, 9]: each number to be abo"),
        (
            {"pay": {"bands": [9]}},
            "pay.band_names = ('Low', 'Average', 'High', 'Very high'): 2 names, one "
            "more than bands has limits",
        ),
        ({"experience_bands": [6, 2]}, "experience_bands = [6, 2]: each number to be"),
        (
            {"experience_bands": [2]},
            "experience_band_names = ('Early', 'Mid', 'Senior'): 2 names, one more",
        ),
        ({"cohorts": {"entry_times": 1}}, "cohorts.entry_times = 1: should be greater"),
        (
            {"cohorts": {"stalled_from": 1}},
            "cohorts.stalled_from = 1: entry_years = 2 or",
        ),
        ({"cohorts": {"stalled_gap": 1}}, "cohorts.stalled_gap = 1: should be less th"),
        ({"cohorts": {"min_peers": 5}}, f"cohorts.min_peers = 5: {LEAST} 10"),
        (
            {"cohorts": {"upside_tiers": ["Tier 4"]}},
            "cohorts.upside_tiers.0 = 'Tier 4': shou",
        ),
        (
            {"company": {"tier_cuts": [0.6, 0.3]}},
            "company.tier_cuts = [0.6, 0.3]: each",
        ),
        ({"company": {"tier_cuts": [0.6, 1]}}, "company.tier_cuts = [0.6, 1]: numbers"),
        ({"company": {"shrinkage": -1}}, f"company.shrinkage = -1: {LEAST} 0"),
        (
            {"company": {"shrinkage": float("inf")}},
            "company.shrinkage = inf: should be a finite number",
        ),
        ({"roles": {"fuzzy_score": 101}}, f"roles.fuzzy_score = 101: {MOST} 100"),
        ({"privacy": {"learners": 1}}, f"privacy.learners = 1: {LEAST} 2"),
        ({"privacy": {"min_companies": 0}}, f"privacy.min_companies = 0: {LEAST} 1"),
        (
            {"privacy": {"largest_share": 0}},
            "privacy.largest_share = 0: should be greater than 0",
        ),
        ({"privacy": {"base": 4}}, f"privacy.base = 4: {LEAST} 5"),
        ({"privacy": {"base": 1001}}, f"privacy.base = 1001: {MOST} 1000"),
        ({"privacy": {"learners": 20}}, "privacy.base = 10: learners = 20 or more"),
        (
            {"privacy": {"companies": 3}},
            "privacy.companies = 3: should be 'none', 'bands' or 'sizes'",
        ),
    ],
)
def test_value_out_of_range_is_refused_with_what_was_expected(overrides, told):
    place, reason = told.split(": ", 1)
    whole = refusal(**overrides).replace("expected ", "").replace("Input ", "")
    assert whole.startswith(f"Got {place} in the configuration: {reason}")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {"selection": {"rule": {"max_share": 0.09}}},
            "selection.rule: got max_share = 0.09, expected 1 / k_max = 0.1 or more: "
            "no number of segments could meet it",
        ),
        (
            {"features": {"new": {"columns": ["log_pay"]}}},
            "features: expected a feature in one group, once; not so: ['log_pay']",
        ),
        (
            {"features": {"pay": {"columns": ["log_pay", "log_pay"]}}},
            "features: expected a feature in one group, once; not so: ['log_pay']",
        ),
        (
            {"names": {0: "A"}},
            "names: expected ids of segments, which are counted from 1",
        ),
        ({"names": {1: " "}}, "names: expected names that are not empty"),
    ],
)
def test_values_that_do_not_suit_each_other_are_refused(overrides, told):
    assert refusal(**overrides) == f"The configuration does not fit at {told}."


def test_all_broken_rules_are_told_at_once():
    told = refusal(seed=-1, pay={"unit": 0})
    assert "Got seed = -1 in the configuration: " in told
    assert "Got pay.unit = 0 in the configuration: " in told


def test_bad_toml_is_refused_with_its_place(toml):
    told = refusal(path=toml("seed = 1\nunit = x\n"))
    assert "mine.toml is not valid TOML: " in told
    assert "line 2" in told


def test_toml_that_nests_without_end_is_refused(toml):
    told = refusal(path=toml(f"seed = {'[' * 9_999}"))
    assert "mine.toml is not valid TOML: " in told


def test_a_band_has_no_infinite_limit():
    told = refusal(experience_bands=[2.0, float("inf")])
    assert "experience_bands.1 = inf" in told


def test_missing_file_is_refused(tmp_path):
    path = tmp_path / "none.toml"
    assert refusal(path=path) == f"There is no configuration file {str(path)!r}."


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    assert f"Cannot read the configuration {tmp_path}: " in refusal(path=tmp_path)
    path = tmp_path / "mine.toml"
    path.write_bytes(b"seed = '\xff'")
    assert "Cannot read the configuration" in refusal(path=path)


def test_a_level_of_evidence_fills_in_what_is_not_said(toml):
    quick = load_config().evidence
    full = load_config(evidence={"level": "full"}).evidence
    assert (quick.level, full.level) == ("quick", "full")
    assert full.draws > quick.draws
    assert full.finer.sample > quick.finer.sample
    own = load_config(path=toml("[evidence]\nlevel = 'full'\nseeds = 7\n")).evidence
    assert own == replace(full, seeds=7)
    assert load_config("notebook").evidence.level == "none"
    raised = load_config("notebook", evidence={"level": "full"}).evidence
    assert raised == full


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ({"level": "some"}, "evidence.level = 'some'"),
        ({"draws": 0}, f"evidence.draws = 0 .*{LEAST} 1"),
        ({"rows": 5}, f"evidence.rows = 5 .*{LEAST} 20"),
        ({"seeds": 0}, f"evidence.seeds = 0 .*{LEAST} 1"),
        ({"max_p": 5}, f"evidence.max_p = 5 .*{MOST} 1"),
        ({"max_p": 0}, "evidence.max_p = 0 .*should be greater than 0"),
        ({"max_p": float("nan")}, "evidence.max_p = nan in the configuration: "),
        ({"min_jaccard": 7}, f"evidence.min_jaccard = 7 .*{MOST} 1"),
        ({"min_margin": 10}, f"evidence.min_margin = 10 .*{MOST} 1"),
        ({"min_confidence": -3}, f"evidence.min_confidence = -3 .*{LEAST} 0"),
        ({"finer": {"min_jaccard": 75}}, "evidence.finer.min_jaccard = 75 in the conf"),
        (
            {"draws": 9},
            "Got evidence.max_p = 0.05 in the configuration: 9 draws give no p-value "
            "under 1/10, and no silhouette could be above chance: evidence.draws must "
            "be 19 or",
        ),
        ({"max_p": 0.01}, "evidence.max_p = 0.01 .*evidence.draws must be 99 or more"),
        ({"sensitivity_rows": 3}, "evidence.sensitivity_rows = 3 .*0 .none., or 50 or"),
        ({"finer": {"min_share": 0.7}}, f"evidence.finer.min_share = 0.7 .*{MOST} 0.5"),
        ({"finer": {"sample": 9}}, "evidence.finer.sample = 9 .*min_learners = 200 or"),
        ({"drawz": 3}, "Unknown key 'drawz' at .evidence"),
    ],
)
def test_evidence_that_cannot_be_gathered_is_refused(evidence, words):
    with pytest.raises(ConfigError, match=words):
        load_config(evidence=evidence)


@pytest.mark.parametrize(
    ("draws", "max_p"), [(19, 0.05), (99, 0.01), (14, 0.07), (1, 0.5), (1, 1.0)]
)
def test_the_least_draws_of_a_p_value_reach_it(draws, max_p):
    config = load_config(evidence={"draws": draws, "max_p": max_p})
    assert 1 / (1 + config.evidence.draws) <= max_p
    with pytest.raises(ConfigError, match=f"draws must be {draws} or|equal to {draws}"):
        load_config(evidence={"draws": draws - 1, "max_p": max_p})


def test_draws_that_are_not_made_are_not_counted():
    assert load_config(evidence={"level": "none", "draws": 1}).evidence.draws == 1


# Documentation.


def documented():
    """Read every block of settings of the page: the keys of each section."""
    page = Path(__file__).parent.parent / "docs/reference/configuration.md"
    keys = {}
    for block in re.findall(
        r"```toml.*?\n(.*?)```", page.read_text("utf-8"), re.DOTALL
    ):
        section = ""
        for line in block.splitlines():
            if header := re.match(r"\[([\w.]+)\]", line):
                section = header[1]
            elif key := re.match(r"(\w+) =", line):
                keys.setdefault(section, set()).add(key[1])
    return keys


def keys_of(stage, where=""):
    """List the keys of a stage and of those in it, by section."""
    kinds = get_type_hints(stage)
    inner = {name: kind for name, kind in kinds.items() if is_dataclass(kind)}
    found = {where: kinds.keys() - inner.keys() - {"version", "features", "names"}}
    for name, kind in inner.items():
        found |= keys_of(kind, f"{where}.{name}".removeprefix("."))
    return {section: keys for section, keys in found.items() if keys}


@pytest.mark.parametrize("section", keys_of(Config))
def test_every_key_of_the_configuration_is_documented_and_none_else(section):
    told, keys = documented()[section], keys_of(Config)[section]
    assert told == keys


def test_every_key_of_a_group_of_features_is_documented():
    told = documented()
    groups = {key for name, keys in told.items() if "features" in name for key in keys}
    assert groups == {field.name for field in fields(FeatureGroup)}


def test_every_feature_is_documented_with_what_it_needs():
    page = Path(__file__).parent.parent / "docs/reference/configuration.md"
    table = page.read_text("utf-8").split("## Features")[1]
    rows = re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(
        FEATURES
    )


def test_names_alone_are_read_from_a_file_that_says_nothing_else(toml):
    assert load_names(toml("[names]\n1 = 'One'\n'Senior' = 'Two'\n")) == {
        1: "One",
        "Senior": "Two",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 3\n[names]\n1 = 'One'\n", "sets ['seed'] besides [names], which take"),
        ("", "names no segment. Write [names]"),
        ("[names]\n1 = ''\n", "expected names that are not empty"),
        ("[names]\n0 = 'None'\n", "names"),
        ("names = 3\n", "names"),
    ],
)
def test_a_file_that_is_not_of_names_alone_is_refused(toml, text, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_names(toml(text))


def test_limits_of_a_file_lie_over_those_of_a_run_and_others_stay(toml):
    below = replace(load_config().monitoring, watch_pay=0.02, alpha=0.005)
    found = load_limits(toml("[monitoring]\nrefit_pay = 0.3\n"), below=below)
    assert found == replace(below, refit_pay=0.3)
    assert load_limits(toml("seed = 3"), below=below) == below
    with pytest.raises(ConfigError, match="Unknown key 'refit'"):
        load_limits(toml("[monitoring]\nrefit = 0.3\n"), below=below)


def test_a_file_lies_over_a_configuration_that_is_there(toml):
    below = load_config(seed=3, selection={"k": 4}, evidence={"level": "full"})
    found = load_over(toml("[layer]\napprovals = 1\n"), below=below)
    assert found == replace(below, layer=replace(below.layer, approvals=1))
    quick = load_over(toml('[evidence]\nlevel = "quick"\n'), below=below)
    assert quick == replace(below, evidence=load_config().evidence)
    assert load_over(toml('recipe = "robust"\n'), below=below) == load_config()
    with pytest.raises(ConfigError, match="Unknown key 'approval'"):
        load_over(toml("[layer]\napproval = 1\n"), below=below)
