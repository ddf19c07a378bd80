"""Features of learners, scaled on the engine as the matrix is that is clustered."""

import narwhals as nw
import numpy as np
import polars as pl

from learnstrata.engines.centers import Block, Space
from learnstrata.engines.protocol import Engine
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.lookups import Frame

__all__ = ["scaled", "space_of"]


def space_of(model: FeatureModel) -> Space:
    """Tell which columns of `scaled` are which columns of the matrix of a model."""
    numbers: dict[str, int] = {}
    blocks: dict[str, Block] = {}
    place = 0
    for column in model.columns:
        if column not in model.categories:
            numbers[f"number:{column}"] = place
            place += 1
            continue
        names = [f"{column}={value}" for value in model.categories[column]]
        center = np.array([model.centers[name] for name in names])
        scale = np.array([model.scales[name] for name in names])
        places = range(place, place + len(names))
        blocks[f"code:{column}"] = Block(places, -center / scale, (1 - center) / scale)
        place += len(names)
    return Space(numbers, blocks)


def scaled(engine: Engine, features: Frame, model: FeatureModel) -> Frame:
    """Give ``record``, the scaled numbers and the codes of the categories.

    Parameters
    ----------
    engine : Engine
    features : narwhals frame
        From `learnstrata.learners.features.matrix.add_features`.
    model : FeatureModel

    Returns
    -------
    narwhals frame
        Columns ``number:FEATURE`` and ``code:FEATURE``: those of `space_of`.
    """
    numbers = [c for c in model.columns if c not in model.categories]
    categories = [c for c in model.columns if c in model.categories]
    frame = features.select(
        "record",
        **{f"number:{column}": _number(column, model) for column in numbers},
        **{f"_{column}": nw.col(column) for column in categories},
    )
    for column in categories:
        known = model.categories[column]
        codes = {f"code:{column}": pl.Series(range(len(known)), dtype=pl.Int32)}
        table = pl.DataFrame({f"_{column}": pl.Series(known, dtype=pl.String), **codes})
        frame = engine.lookup(frame, table, on=[f"_{column}"])
    kept = [*space_of(model).numbers, *(f"code:{column}" for column in categories)]
    return frame.select("record", *kept)


def _number(column: str, model: FeatureModel) -> nw.Expr:
    value = nw.col(column).cast(nw.Float64)
    value = nw.when(~value.is_nan()).then(value)
    if column in model.medians:
        value = nw.coalesce(value, nw.lit(model.medians[column]))
    if column == "pay":
        value = value * (1 / model.pay.per_shown_unit)
    return (value - model.centers[column]) / model.scales[column]
