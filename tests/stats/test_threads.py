from threading import Barrier, Event, Thread

import numpy as np
from threadpoolctl import threadpool_info

from learnstrata.stats.threads import single_blas, workers


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


def test_calls_at_once_share_the_limit_and_leave_the_process_as_it_was():
    before, inside, all_in = blas_threads(), [], Barrier(3)

    def call(turn):
        with single_blas(anew=turn == 1):
            all_in.wait()
            inside.extend(blas_threads())
            left[turn - 1].wait() if turn else None
        left[turn].set()

    left = [Event() for _ in range(3)]
    threads = [Thread(target=call, args=(turn,)) for turn in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(inside) <= {1}
    assert blas_threads() == before
