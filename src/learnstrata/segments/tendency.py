"""Is there anything to cluster: the tendency of the run's own matrix."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.config import Config
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.tendency import HopkinsResult, hopkins, hopkins_original

__all__ = ["TendencyFound", "find_tendency"]


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
    """Compute Hopkins by both variants on a sample of the matrix."""
    settings = config.tendency
    rows = sample_rows(len(X), settings.sample, rng=rng, sampler=config.sampler)
    sample = X[rows]
    original = hopkins_original(sample, sample_size=settings.probes, seed=config.seed)
    power_d = hopkins(sample, n_probes=settings.probes, rng=np.random.default_rng(rng))
    reported = original if settings.variant == "original" else power_d
    return TendencyFound(reported, power_d, original)
