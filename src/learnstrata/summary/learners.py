"""The learners before anything is clustered, from a run to the contract."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from learnstrata.learners import description
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.roles.titles import NOT_STATED, UNMAPPED, TitleTable
from learnstrata.pipeline import Run
from learnstrata.summary.contract.learners import (
    BandLimits,
    Bin,
    Correlations,
    Description,
    Distribution,
    Features,
    FeatureUsed,
    Missing,
    PayByExperience,
    PayByRole,
    RoleFamily,
    Roles,
    Title,
)

__all__ = ["build_band_limits", "build_description", "build_features", "build_roles"]

Bands = tuple[Sequence[float], Sequence[str]]


def build_description(run: Run) -> Description:
    """Give what is known of the learners before anything is clustered, exactly.

    Parameters
    ----------
    run : Run
    """
    found = run.base.description
    return Description(
        distributions=tuple(_distribution(one) for one in found.distributions),
        missing=tuple(map(Missing.of, found.missing)),
        correlations=Correlations.of(found.correlations),
        pay_by_experience=tuple(
            PayByExperience(**row) for row in found.pay_by_experience.to_dicts()
        ),
        pay_by_role=tuple(PayByRole(**row) for row in found.pay_by_role.to_dicts()),
    )


def _distribution(one: description.Distribution) -> Distribution:
    return Distribution(
        feature=one.feature,
        n=one.n,
        companies=one.companies,
        largest_share=one.largest_share,
        **one.quantiles,
        mean=one.mean,
        std=one.std,
        skewness=one.skewness,
        skewness_log=one.skewness_log,
        bins=tuple(
            Bin(low=low, high=high, learners=n)
            for (low, high), n in zip(pairwise(one.edges), one.counts, strict=True)
        ),
        outside_fences=one.outside_fences,
    )


def build_roles(run: Run) -> Roles | None:
    """Say how many titles are understood; None where the table has none.

    Parameters
    ----------
    run : Run
    """
    found = run.base.coverage
    if found is None:
        return None
    n, table = found.learners, TitleTable.load()
    return Roles(
        learners=n,
        mapped=found.mapped,
        missing=found.missing,
        unmapped=found.unmapped,
        share_mapped=found.mapped / n,
        share_missing=found.missing / n,
        share_unmapped=found.unmapped / n,
        n_titles=found.n_titles,
        n_titles_mapped=found.n_titles_mapped,
        top_unmapped=tuple(
            Title(title=title, learners=count) for title, count in found.top_unmapped
        ),
        table_version=table.version,
        families=tuple(
            RoleFamily(
                role_family=one.name,
                isco_08=one.isco_08,
                isco_title=one.isco_title,
                esco=one.esco,
                esco_label=one.esco_label,
            )
            for one in table.classified
            if one.name not in (NOT_STATED, UNMAPPED)
        ),
    )


def build_features(run: Run) -> Features:
    """Say what was clustered on, what the table lacks and what is only described.

    Parameters
    ----------
    run : Run
    """
    model = run.meaning.model.features
    used = tuple(
        FeatureUsed(
            name=column,
            label=feature_of(column).label,
            group=name,
            weight=group.weight,
            scaling=group.scaling,
        )
        for name, group in model.groups.items()
        for column in group.columns
    )
    described = tuple(
        name
        for name, group in run.config.features.items()
        if group.weight == 0 and name not in model.groups
    )
    return Features(used=used, left_out=tuple(model.left_out), not_clustered=described)


def build_band_limits(run: Run) -> tuple[BandLimits, ...]:
    """Say where each band begins and ends, pay in currency units; of what is known.

    Parameters
    ----------
    run : Run
    """
    model = run.meaning.model.features
    pay = [round(limit * model.pay.per_shown_unit, 6) for limit in model.pay.bands]
    bands: dict[Literal["experience_band", "pay_band"], Bands] = {
        "experience_band": (model.experience_bands, model.experience_band_names),
        "pay_band": (pay, model.pay.band_names),
    }
    return tuple(
        BandLimits(
            feature=feature,
            name=name,
            low=low,
            high=high,
            origin=model.band_origins[feature],
        )
        for feature, (limits, names) in bands.items()
        if feature in model.band_origins
        for name, low, high in zip(names, (None, *limits), (*limits, None), strict=True)
    )
