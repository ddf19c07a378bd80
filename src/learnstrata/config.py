"""What a run does, as values: one frozen dataclass a stage, read from TOML.

A recipe (``recipes/*.toml``) fills every stage; a user's TOML file is laid over it, and
arguments of the caller over both. Unknown keys are refused with the nearest known one.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from learnstrata.exceptions import ConfigError, nearest, preview

__all__ = [
    "EVIDENCE_LEVELS",
    "Cleaning",
    "Columns",
    "Company",
    "Config",
    "Evidence",
    "FeatureGroup",
    "Finer",
    "Fit",
    "Hierarchy",
    "Pay",
    "Privacy",
    "Roles",
    "Rule",
    "Selection",
    "Tendency",
    "list_recipes",
    "load_config",
    "numbered_names",
]

Unit = Literal["learner", "record"]
EvidenceLevel = Literal["none", "quick", "full"]
Criterion = Literal[
    "silhouette_excess",
    "silhouette",
    "calinski_harabasz",
    "davies_bouldin",
    "lowest_jaccard",
]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the user's table holds what.

    Attributes
    ----------
    learner, company, title, pay, start_year, experience, pay_year : str or None
        ``None``, or left out, means look for it by its usual names; an empty string
        means the table has no such column.
    numeric, categorical : tuple of str
        Extra columns to segment on.
    outcome : tuple of str
        Extra columns kept beside the learners and never segmented on.
    """

    learner: str | None = None
    company: str | None = None
    title: str | None = None
    pay: str | None = None
    start_year: str | None = None
    experience: str | None = None
    pay_year: str | None = None
    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pay:
    """What a number in the pay column means.

    Attributes
    ----------
    currency : str
        ISO 4217 code. INR is shown in lakh a year (LPA), all else in thousands a year.
    unit : float
        Currency units one unit of the column stands for: 100000 where it is in lakh.
    period : {"year", "month"}
        A monthly pay is multiplied by 12.
    bands : tuple of float
        Upper limits (inclusive) of all pay bands but the last, in the shown unit.
        Empty: 5, 15, 30 for INR, else quartiles of the table.
    band_names : tuple of str
        One more name than limits.
    """

    currency: str = "INR"
    unit: float = 1.0
    period: Literal["year", "month"] = "year"
    bands: tuple[float, ...] = ()
    band_names: tuple[str, ...] = ("Low", "Average", "High", "Very high")

    @property
    def shown_unit(self) -> str:
        """Name of the unit in which pay is shown."""
        return "LPA" if self.currency == "INR" else f"k {self.currency}"

    @property
    def per_shown_unit(self) -> float:
        """Currency units in one shown unit."""
        return 100_000.0 if self.currency == "INR" else 1_000.0


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Rules that turn records into learners.

    Attributes
    ----------
    first_year : int
        Start years before it are impossible; so are those after the year of the run.
    last_experience : float
        More years of experience than this are impossible.
    repair_years : bool
        Complete a two-digit start year where only one century fits.
    check_order : bool
        A start year more than `order_slack` years after the pay year is set aside: an
        offer is often entered in the year before the work starts.
    suspect_pay : bool
        Set aside pay that is heaped in a tail or beyond the outer fences.
    impute_start_year : {"none", "median"}
        ``median`` fills a missing start year before any feature is made.
    impute : {"peers", "median"}
        What stands in for a missing pay or experience where a distance needs a number:
        the median of learners of the same role group and experience band, or of all.
    missing_company, missing_title : str
        Category for a missing value; empty keeps it missing.
    tidy_text : bool
        Trim and fold the spaces of companies and titles, and the case of companies.
    """

    first_year: int = 1960
    last_experience: float = 50.0
    repair_years: bool = True
    check_order: bool = True
    order_slack: float = 1.0
    suspect_pay: bool = True
    impute_start_year: Literal["none", "median"] = "none"
    impute: Literal["peers", "median"] = "peers"
    missing_company: str = ""
    missing_title: str = ""
    tidy_text: bool = True


@dataclass(frozen=True, slots=True)
class Roles:
    """How titles become role groups.

    ``families`` maps through the packaged title table; ``top_titles`` keeps the `top`
    most frequent titles as they are and calls the rest `other`.
    """

    scheme: Literal["families", "top_titles"] = "families"
    top: int = 15
    other: str = "Other"
    fuzzy_score: float = 92.0


@dataclass(frozen=True, slots=True)
class Company:
    """Company level and tier.

    Attributes
    ----------
    leave_out_own : bool
        Leave the learner's own pay out of the level of their company.
    shrinkage : float
        Learners at which company and role level weigh the same (tau).
    tier_level : {"mean_log_pay", "mean_pay"}
        By what companies are ordered for their tier.
    tier_by : {"learners", "companies"}
        Of what the tiers cut shares.
    tier_cuts : tuple of float
        Quantiles between Tier 3 | Tier 2 | Tier 1.
    min_learners : int
        Companies with fewer are "Unrated".
    """

    leave_out_own: bool = True
    shrinkage: float = 10.0
    tier_level: Literal["mean_log_pay", "mean_pay"] = "mean_log_pay"
    tier_by: Literal["learners", "companies"] = "learners"
    tier_cuts: tuple[float, float] = (1 / 3, 2 / 3)
    min_learners: int = 5


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Features of one idea, scaled together.

    Attributes
    ----------
    columns : tuple of str
        Names of `learnstrata.learners.features.FEATURES`, or of extra columns.
    weight : float
        Standard deviation of the group (``block``) or of each column (``columns``).
    scaling : {"block", "columns", "none"}
        ``columns`` gives every column variance `weight` squared, ``block`` the whole
        group, ``none`` leaves the values as they are.
    """

    columns: tuple[str, ...]
    weight: float = 1.0
    scaling: Literal["block", "columns", "none"] = "block"


@dataclass(frozen=True, slots=True)
class Tendency:
    """Test for cluster tendency: rows it looks at, probes, and the variant reported."""

    sample: int = 30_000
    probes: int = 2_000
    variant: Literal["power_d", "original"] = "power_d"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule that chooses k: admissible first, then the best by `criterion`.

    Attributes
    ----------
    min_k : int
        Fewer segments are too coarse to act on.
    min_share : float
        Smallest share of the rows a segment may have, in 0..0.5.
    min_jaccard : float
        Least bootstrap Jaccard a segment may have; 0 where it is not computed.
    criterion : str
        What the admissible k are ordered by.
    max_share : float
        Largest share of the rows a segment may have, up to 1.
    """

    min_k: int = 2
    min_share: float = 0.0
    min_jaccard: float = 0.0
    criterion: Criterion = "silhouette"
    max_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Selection:
    """The sweep over k.

    Attributes
    ----------
    k_min, k_max : int
        Numbers of segments tried, both ends included.
    sample : int
        Rows the sweep is fitted on.
    starts : int
        Fresh k-means++ starts for each k.
    scored : int
        Rows whose silhouette is computed; 0 takes all rows of the sample.
    score_against : {"sample", "all"}
        Whether those rows are compared with the sample or with every row.
    resamples : int
        Bootstrap refits for each k; 0 leaves stability out.
    resample_rows : int
        Rows of one bootstrap refit.
    refits : {"fresh", "fitted"}
        Whether a refit starts afresh, as an analyst of another sample would, or from
        the centres of the fit, which finds only whether the optimum holds locally.
    """

    k_min: int = 2
    k_max: int = 10
    sample: int = 30_000
    starts: int = 8
    scored: int = 0
    score_against: Literal["sample", "all"] = "sample"
    resamples: int = 20
    resample_rows: int = 10_000
    refits: Literal["fresh", "fitted"] = "fresh"
    rule: Rule = field(default_factory=Rule)


@dataclass(frozen=True, slots=True)
class Fit:
    """k-means on all rows: fresh starts beside the centres of the sweep."""

    starts: int = 4


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Ward's hierarchy: rows of the exact one, micro-clusters of the weighted one."""

    sample: int = 5_000
    micro_clusters: int = 1_000


@dataclass(frozen=True, slots=True)
class Finer:
    """Sub-segments inside a segment, and the rule that admits them.

    Attributes
    ----------
    k_max : int
        Most sub-segments of one segment; 1 leaves them out.
    sample : int
        Learners of a segment that its own sweep is fitted on.
    resamples : int
        Bootstrap refits for each k, from fresh starts.
    min_share : float
        Smallest share of its segment a sub-segment may have, in 0..0.5.
    min_jaccard : float
        Least bootstrap Jaccard a sub-segment may have.
    min_learners : int
        Segments with fewer distinct learners are not cut.
    """

    k_max: int = 5
    sample: int = 10_000
    resamples: int = 20
    min_share: float = 0.10
    min_jaccard: float = 0.75
    min_learners: int = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the segmentation can be trusted, and what it may cost to know.

    `level` fills in what a configuration leaves out: `EVIDENCE_LEVELS`.

    Attributes
    ----------
    level : {"none", "quick", "full"}
        ``none`` computes only what the rule that chooses k needs.
    draws, rows : int
        Structureless tables drawn, and learners in each.
    jaccard_draws, jaccard_resamples : int
        Of those tables, how many are bootstrapped, and how often.
    references : int
        Even tables behind the gap statistic.
    splits : int
        Halvings behind the prediction strength.
    seeds : int
        Refits of the chosen k under other seeds.
    resamples : int
        Bootstrap refits of the chosen k on all learners, from fitted and from fresh
        starts each.
    sensitivity_rows : int
        Learners on which other ways of clustering are compared; 0 leaves them out.
    min_excess, max_p, min_jaccard : float
        Of the verdict: silhouette above structureless tables and its p-value that count
        as separated, and the least Jaccard that counts as reproducible.
    min_margin, min_confidence : float
        Under either, a learner is on the border of two segments.
    finer : Finer
    """

    level: EvidenceLevel = "quick"
    draws: int = 19
    rows: int = 1_000
    jaccard_draws: int = 19
    jaccard_resamples: int = 5
    references: int = 5
    splits: int = 2
    seeds: int = 5
    resamples: int = 20
    sensitivity_rows: int = 3_000
    min_excess: float = 0.05
    max_p: float = 0.05
    min_jaccard: float = 0.75
    min_margin: float = 0.10
    min_confidence: float = 0.90
    finer: Finer = field(default_factory=Finer)


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a count or a pay must stand for to be shared.

    Attributes
    ----------
    learners, companies : int
        A cell of pay is shown with so many of each, any other count with so many
        learners.
    largest_share : float
        No company has more than this share of a cell of pay.
    within : float
        Nobody can work out a hidden count to within this share of it.
    """

    learners: int = 10
    companies: int = 3
    largest_share: float = 0.6
    within: float = 0.1


EVIDENCE_LEVELS: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "quick": {"finer": {"k_max": 4, "resamples": 10, "sample": 3_000}},
    "full": {
        "draws": 99,
        "rows": 3_000,
        "references": 20,
        "splits": 10,
        "seeds": 10,
        "resamples": 100,
        "sensitivity_rows": 10_000,
    },
}


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a run does.

    Attributes
    ----------
    recipe, version : str, int
        Name and version of the recipe it began with.
    unit : {"learner", "record"}
        What is segmented.
    record : {"record", "learner"}
        What a row of the input is; ``learner`` needs no learner id.
    seed : int
        Seed of a run whose caller gives none.
    as_of : int or {"table", "clock"}
        The year that counts as now; ``table`` is the newest pay year.
    sampler : {"generator", "legacy"}
        ``legacy`` draws samples with NumPy's RandomState, as the original does.
    experience_bands : tuple of float
        Upper limits (inclusive) of all experience bands but the last, in years.
    names : mapping of int or str to str
        Names of your own for segments, by id or by the name made from their numbers.
        After a refit an id may be another segment; the name made from numbers is not.
    """

    recipe: str
    version: int
    unit: Unit
    features: Mapping[str, FeatureGroup]
    record: Unit = "record"
    seed: int = 0
    as_of: int | Literal["table", "clock"] = "table"
    sampler: Literal["generator", "legacy"] = "generator"
    experience_bands: tuple[float, ...] = (2.0, 6.0)
    experience_band_names: tuple[str, ...] = ("Early", "Mid", "Senior")
    columns: Columns = field(default_factory=Columns)
    pay: Pay = field(default_factory=Pay)
    cleaning: Cleaning = field(default_factory=Cleaning)
    roles: Roles = field(default_factory=Roles)
    company: Company = field(default_factory=Company)
    tendency: Tendency = field(default_factory=Tendency)
    selection: Selection = field(default_factory=Selection)
    fit: Fit = field(default_factory=Fit)
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    evidence: Evidence = field(default_factory=Evidence)
    names: Mapping[int | str, str] = field(default_factory=dict)
    privacy: Privacy = field(default_factory=Privacy)

    def as_dict(self) -> dict[str, Any]:
        """Give the configuration as plain values, for JSON."""
        return asdict(self)


def list_recipes() -> tuple[str, ...]:
    """Name the recipes of the package."""
    folder = resources.files("learnstrata") / "recipes"
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def load_config(
    recipe: str = "robust",
    path: str | Path | None = None,
    **overrides: Any,  # noqa: ANN401 - checked like the file is
) -> Config:
    """Read a recipe, lay a TOML file over it, and arguments over both.

    Parameters
    ----------
    recipe : str
        A name of `list_recipes`.
    path : path, default=None
        A user's TOML file. It may say ``recipe = "notebook"`` itself.
    **overrides
        Top-level keys such as ``as_of`` or ``seed``, or mappings such as
        ``evidence={"level": "full"}``; ``None`` changes nothing.

    Raises
    ------
    ConfigError
        For an unknown recipe, an unreadable file, an unknown key, or a value that does
        not fit.

    Examples
    --------
    >>> config = load_config("notebook", as_of=2026)
    >>> config.unit, config.as_of, config.selection.rule.min_k
    ('record', 2026, 3)
    """
    user = _read_user_file(path) if path is not None else {}
    values = _read_recipe(str(user.get("recipe", recipe)))
    given = {key: value for key, value in overrides.items() if value is not None}
    above = _laid_over(numbered_names(user), numbered_names(given))
    merged = _levelled(_laid_over(values, above))
    _refuse_unknown_keys(merged, Config, where="")
    config = _validated(merged)
    _refuse_bad_values(config)
    return config


def numbered_names(values: Any) -> Any:  # noqa: ANN401 - not checked yet
    """Read the keys of ``names`` that are numbers as the ids they are.

    TOML and JSON have no other keys than texts.

    Examples
    --------
    >>> numbered_names({"names": {"2": "Ours", "Senior": "Theirs"}})
    {'names': {2: 'Ours', 'Senior': 'Theirs'}}
    """
    names = values.get("names") if isinstance(values, Mapping) else None
    if not isinstance(names, Mapping):
        return values
    keys = {key: int(key) if _is_number(key) else key for key in names}
    return {**values, "names": {keys[key]: name for key, name in names.items()}}


def _is_number(key: int | str) -> bool:
    return str(key).removeprefix("-").isdecimal()


def _levelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the evidence that was asked for over what its level stands for."""
    evidence = values.get("evidence", {})
    if not isinstance(evidence, Mapping):
        return dict(values)
    level = str(evidence.get("level", Evidence().level))
    under = EVIDENCE_LEVELS.get(level, {})
    return {**values, "evidence": _laid_over(under, evidence)}


def _read_recipe(name: str) -> dict[str, Any]:
    known = list_recipes()
    if name not in known:
        hint = nearest(name, known)
        raise ConfigError(
            f"Got recipe {name!r}, expected one of {list(known)}."
            + (f" Perhaps {hint!r}?" if hint else "")
        )
    text = (resources.files("learnstrata") / "recipes" / f"{name}.toml").read_text(
        encoding="utf-8"
    )
    return tomllib.loads(text)


def _read_user_file(path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {str(path)!r}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = _laid_over(under, value)
        else:
            merged[key] = value
    return merged


def _refuse_unknown_keys(values: Mapping[str, Any], stage: type, *, where: str) -> None:
    known = {f.name: f.type for f in fields(stage)}
    for key, value in values.items():
        if key not in known:
            hint = nearest(key, known)
            place = f"[{where}]" if where else "the top level"
            raise ConfigError(
                f"Unknown key {key!r} at {place} of the configuration."
                + (f" Perhaps {hint!r}?" if hint else "")
                + f" Known keys: {preview(sorted(known))}."
            )
        for inner, name in _inner_stages(known[key], key, value):
            below = f"{where}.{name}" if where else name
            _refuse_unknown_keys(inner[0], inner[1], where=below)


def _inner_stages(
    kind: Any,  # noqa: ANN401 - the type of a dataclass field
    key: str,
    value: Any,  # noqa: ANN401 - whatever the file holds
) -> list[tuple[tuple[Mapping[str, Any], type], str]]:
    if not isinstance(value, Mapping):
        return []
    if is_dataclass(kind) and isinstance(kind, type):
        return [((value, kind), key)]
    stages = [stage for stage in get_args(kind) if is_dataclass(stage)]
    return [
        ((inner, stage), f"{key}.{name}")
        for stage in stages
        if isinstance(stage, type)
        for name, inner in value.items()
        if isinstance(inner, Mapping)
    ]


def _validated(values: Mapping[str, Any]) -> Config:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Config).validate_python(values)
    except ValidationError as error:
        raise ConfigError(_told(error.errors(include_url=False))) from None


def _told(errors: Sequence[Any]) -> str:
    """Tell the first error; of a field with several types, what each expects."""
    first = errors[0]
    kinds = {f.name: f.type for f in fields(Config)}
    several = get_origin(kinds[first["loc"][0]]) in {Union, UnionType}
    place = first["loc"][:1] if several else first["loc"]
    reasons = [e["msg"] for e in errors if e["loc"][: len(place)] == place]
    where = ".".join(str(part) for part in place if part != "[key]")
    return (
        f"Got {where} = {first['input']!r} in the configuration: "
        f"{'; or: '.join(reasons)}."
    )


def _refuse_bad_values(config: Config) -> None:
    selection, pay = config.selection, config.pay
    features = [c for group in config.features.values() for c in group.columns]
    rules = {
        "selection.k_min must be 2 or more": selection.k_min >= 2,
        "selection.k_max must be k_min or more": selection.k_max >= selection.k_min,
        "selection.k_max must be 50 or less": selection.k_max <= 50,
        "selection.sample must be 10 or more": selection.sample >= 10,
        "selection.starts must be 1 or more": selection.starts >= 1,
        "selection.rule.min_share must be in 0..0.5": (
            0 <= selection.rule.min_share <= 0.5
        ),
        "selection.rule.min_jaccard must be in 0..1": (
            0 <= selection.rule.min_jaccard <= 1
        ),
        "selection.rule.max_share must be in 1/k_max..1": (
            selection.rule.max_share <= 1
            and selection.rule.max_share * selection.k_max >= 1
        ),
        "feature weights must be 0 or more": all(
            0 <= group.weight < math.inf for group in config.features.values()
        ),
        "a feature must be in one group, once": len(features) == len(set(features)),
        "seed must be 0 or more": config.seed >= 0,
        "pay.unit must be above 0": 0 < pay.unit < math.inf,
        "pay.bands must grow": list(pay.bands) == sorted(set(pay.bands)),
        "pay.band_names must be one more than pay.bands": (
            not pay.bands or len(pay.band_names) == len(pay.bands) + 1
        ),
        "experience_bands must grow": (
            list(config.experience_bands) == sorted(set(config.experience_bands))
        ),
        "experience_band_names must be one more than experience_bands": (
            len(config.experience_band_names) == len(config.experience_bands) + 1
        ),
        "company.tier_cuts must grow within 0..1": (
            0 < config.company.tier_cuts[0] < config.company.tier_cuts[1] < 1
        ),
        "company.shrinkage must be 0 or more": (
            0 <= config.company.shrinkage < math.inf
        ),
    }
    told = rules | _evidence_rules(config.evidence) | _sharing_rules(config)
    broken = [rule for rule, holds in told.items() if not holds]
    if broken:
        raise ConfigError(f"The configuration does not fit: {'; '.join(broken)}.")


def _sharing_rules(config: Config) -> dict[str, bool]:
    privacy, names = config.privacy, config.names
    return {
        "names must be of segments, counted from 1": all(
            isinstance(key, str) or key >= 1 for key in names
        ),
        "names must not be empty": all(name.strip() for name in names.values()),
        "privacy.learners must be 2 or more": privacy.learners >= 2,
        "privacy.companies must be 1 or more": privacy.companies >= 1,
        "privacy.largest_share must be above 0, up to 1": (
            0 < privacy.largest_share <= 1
        ),
        "privacy.within must be in 0..0.5": 0 <= privacy.within <= 0.5,
    }


def _evidence_rules(evidence: Evidence) -> dict[str, bool]:
    finer = evidence.finer
    counts = {"draws": 1, "jaccard_draws": 1, "jaccard_resamples": 1, "references": 1}
    counts |= {"splits": 2, "seeds": 1, "resamples": 1}
    return {
        f"evidence.{name} must be {least} or more": getattr(evidence, name) >= least
        for name, least in counts.items()
    } | {
        "evidence.rows must be 20 or more": evidence.rows >= 20,
        "evidence.sensitivity_rows must be 0, or 50 or more": (
            evidence.sensitivity_rows == 0 or evidence.sensitivity_rows >= 50
        ),
        "evidence.finer.min_share must be in 0..0.5": 0 <= finer.min_share <= 0.5,
        "evidence.finer.min_jaccard must be in 0..1": 0 <= finer.min_jaccard <= 1,
        "evidence.finer.resamples must be 1 or more": finer.resamples >= 1,
        "evidence.finer.sample must be evidence.finer.min_learners or more": (
            finer.sample >= finer.min_learners
        ),
        **_verdict_rules(evidence),
    }


def _verdict_rules(evidence: Evidence) -> dict[str, bool]:
    """List what the limits have to be, so that each can be met and be missed."""
    shares = ("min_excess", "min_jaccard", "min_margin", "min_confidence")
    rules = {
        f"evidence.{name} must be in 0..1": 0 <= getattr(evidence, name) <= 1
        for name in shares
    }
    if not 0 < evidence.max_p <= 1:
        return rules | {"evidence.max_p must be above 0, up to 1": False}
    if evidence.level == "none":
        return rules  # nothing is drawn, and there is no verdict
    least = math.ceil(1 / evidence.max_p) - 1  # p is 1 / (1 + draws) at the least
    told = (
        f"evidence.draws must be {least} or more for evidence.max_p = "
        f"{evidence.max_p:.6g}: {evidence.draws} draws give no p-value under 1/"
        f"{evidence.draws + 1}, and no verdict could be natural"
    )
    return rules | {told: evidence.draws >= least}
