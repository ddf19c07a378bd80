"""Is there anything to cluster: the tendency of the run's own matrix."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Config
from learnstrata.exceptions import DegenerateError
from learnstrata.stats.inputs import distinct_rows
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.tendency import HopkinsResult, hopkins, hopkins_original

__all__ = ["TendencyFound", "find_tendency"]

MIN_DISTINCT = 10


@dataclass(frozen=True, slots=True)
class TendencyFound:
    """Hopkins both ways.

    Attributes
    ----------
    reported : HopkinsResult
        By the variant of the recipe.
    power_d, original : HopkinsResult
        The textbook's, and as the original analysis computed it.
    """

    reported: HopkinsResult
    power_d: HopkinsResult
    original: HopkinsResult


def find_tendency(
    X: npt.NDArray[np.float32], config: Config, *, rng: np.random.Generator | int
) -> TendencyFound:
    """Compute Hopkins by both variants on a sample of the matrix.

    Raises
    ------
    DegenerateError
        If fewer than 10 rows of the sample are distinct.
    """
    settings = config.tendency
    rows = sample_rows(len(X), settings.sample, rng=rng, sampler=config.sampler)
    sample = X[rows]
    try:
        power_d = hopkins(
            sample, n_probes=settings.probes, rng=np.random.default_rng(rng)
        )
    except DegenerateError:
        n_distinct = distinct_rows(sample)
        if n_distinct >= MIN_DISTINCT:
            raise
        raise DegenerateError(
            f"Got {n_distinct} distinct learners in {len(sample)}, expected "
            f"{MIN_DISTINCT} or more to test for cluster tendency. Give a larger "
            "table, or more features that tell learners apart."
        ) from None
    original = hopkins_original(sample, sample_size=settings.probes, seed=config.seed)
    reported = original if settings.variant == "original" else power_d
    return TendencyFound(reported, power_d, original)
