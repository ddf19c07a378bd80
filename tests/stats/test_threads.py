import numpy as np
from threadpoolctl import threadpool_info

from learnstrata.stats.threads import workers


def blas_threads():
    return [x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"]


def test_results_come_in_the_order_of_the_tasks():
    with workers() as each:
        sizes = list(each(lambda n: len(np.ones(n)), range(50, 0, -1)))
    assert sizes == list(range(50, 0, -1))


def test_blas_has_one_thread_inside_and_its_own_number_outside():
    before = blas_threads()
    with workers():
        inside = blas_threads()
    assert set(inside) <= {1}
    assert blas_threads() == before
