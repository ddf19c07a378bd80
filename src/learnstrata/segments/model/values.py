"""What a run keeps of each learner besides their segment: what it was found by.

By it a later table can be told to drift, a learner to have changed, and what a model
holds of a learner be found and taken out.
"""

import polars as pl

from learnstrata.learners.schema.register import is_extra
from learnstrata.segments.model.model import Prepared, codes_of, member_codes

__all__ = ["learner_values"]

STATED = ("company", "title", "role_family", "pay", "start_year")
DESCRIBED = ("pay", "years_of_experience", "start_year", "role_family", "tier")
HISTORY = ("pay_growth", "n_roles", "n_records")


def learner_values(prepared: Prepared, records: pl.Series) -> pl.DataFrame:
    """Give the features of the learners, and two codes of what was said of them.

    Parameters
    ----------
    prepared : Prepared
    records : polars.Series
        The record of the input that each of its learners is.

    Returns
    -------
    polars.DataFrame
        One row a learner in the order of the input: ``record``; the features of the
        model before scaling, numbers in single precision; pay (currency units a year),
        years of experience, start year, role family and tier, what older records tell,
        and further columns of the user's, where the table has them;
        ``values_digest``, which is another where the table says anything else of the
        learner; ``member_code``, by which a model knows who stands where at which pay.
    """
    learners, model = prepared.learners, prepared.features
    extras = filter(is_extra, learners.columns)
    names = dict.fromkeys((*model.columns, *DESCRIBED, *HISTORY, *extras))
    kept = learners.select(
        records.alias("record"), *(c for c in names if c in learners.columns)
    )
    stated = (*STATED, *filter(is_extra, model.columns))
    return kept.with_columns(
        pl.col(pl.Float64).cast(pl.Float32),
        pl.Series("values_digest", codes_of(learners, stated, model)),
        pl.Series("member_code", member_codes(learners, model)),
    ).sort("record")
