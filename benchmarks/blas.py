"""What the linear algebra of a benchmark runs on."""

import numpy as np
from threadpoolctl import threadpool_info


def kernel() -> str:
    """Say which BLAS ran, for which processor, with how many threads."""
    _ = np.ones((2, 2)) @ np.ones((2, 2))
    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return "; ".join(
        f"{one['internal_api']} {one['version']}, {one.get('architecture', '?')}, "
        f"{one['num_threads']} threads"
        for one in found
    )
