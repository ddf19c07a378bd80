"""Writers of a store at once, each in a process of its own, and what they were told."""

import json
import multiprocessing

import sqlalchemy as sa

from layer.store.planted import groups, planted
from learnstrata.layer.store import tables
from learnstrata.layer.store.approvals import approve
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version
from learnstrata.layer.store.watch import add_monitoring

KINDS = ("version", "approval", "monitoring", "promotion")
LEARNERS = 60
DONE = {
    "version": sa.select(tables.versions.c.id),
    "approval": sa.select(tables.approvals.c.version, tables.approvals.c.who),
    "monitoring": sa.select(tables.monitoring.c.data_digest),
    "promotion": sa.select(tables.releases.c.number, tables.releases.c.version),
}


def run_of(writer, n):
    """Give the run of a writer's n-th version: a few learners move, all say else."""
    learners = groups(LEARNERS // 2 + n % 5, LEARNERS // 2 - n % 5)
    return planted(learners, said=dict.fromkeys(learners, 1_000 * writer + n))


def write(address, writer, times, told):
    """Do each kind of write in turn; say of each what the store answered."""
    store, version = open_store(address), 0
    with told.open("w") as file:
        for i in range(times):
            kind, mine = KINDS[i % len(KINDS)], f"w{writer}-{i}"
            answer = mine
            if kind == "version":
                run = run_of(writer, i)
                version = answer = add_version(store, run, who=f"w{writer}").id
            elif kind == "approval":
                answer = [version, approve(store, version, who=mine)[-1]]
            elif kind == "promotion":
                answer = [promote(store, version, who="lead").number, version]
            else:
                how = {"verdict": "keep", "data_digest": mine, "result": {"n": i}}
                add_monitoring(store, version, **how)
            file.write(json.dumps([kind, answer]) + "\n")
            file.flush()
    store.close()


def written(address, folder, *, writers, times):
    """Let writers write at once; give exit codes, and the answers of each kind."""
    spawn = multiprocessing.get_context("spawn")
    told = [folder / f"{n}.jsonl" for n in range(writers)]
    each = [
        spawn.Process(target=write, args=(address, n, times, path))
        for n, path in enumerate(told)
    ]
    for one in each:
        one.start()
    for one in each:
        one.join()
    answers = {kind: [] for kind in KINDS}
    for path in told:
        for line in path.read_text().splitlines():
            kind, answer = json.loads(line)
            answers[kind].append(answer)
    return [one.exitcode for one in each], answers


def missing(store, answers):
    """Count the answers that are not in the store; say what else does not hold."""
    with store.reading() as connection:
        there = {
            kind: {one[0] if len(one) == 1 else tuple(one) for one in rows}
            for kind, rows in (
                (kind, connection.execute(asked).all()) for kind, asked in DONE.items()
            )
        }
    lost = {
        kind: len({_key(one) for one in told} - there[kind])
        + len(told)
        - len({_key(one) for one in told})
        for kind, told in answers.items()
    }
    numbers = sorted(number for number, _ in there["promotion"])
    odd = [] if numbers == list(range(1, len(numbers) + 1)) else ["a gap in releases"]
    return lost, odd + faults_in(store)


def _key(answer):
    return tuple(answer) if isinstance(answer, list) else answer
