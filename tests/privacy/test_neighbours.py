"""Whoever has two runs, the rows and the seed, or knows companies, learns no more."""

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from scipy.stats import spearmanr

from crowds import CROWDS, results_of
from intruder import counts_of
from learnstrata.config.loading import load_config
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.bands import size_band
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.privacy.keys import secret_of
from learnstrata.summary.choice import build_map
from learnstrata.summary.disclose import disclose
from neighbours import (
    GUESSED,
    QUICK,
    guessed,
    guesses,
    is_like,
    pairs,
    table_of,
)

KEYS = [bytes([i]) * 32 for i in range(1, 11)]


def test_two_runs_that_differ_by_one_learner_tell_no_more_of_them_than_one_run():
    """Each pair under several keys: the luck of one drawing is no finding."""
    tried = [guessed(key) for key in KEYS]
    right, alone, n = map(sum, zip(*tried, strict=True))
    assert n == 80 * len(KEYS)
    assert right / n <= alone / n + 0.05
    assert alone / n > 0.2  # the guess from one run is a fair one


def test_the_attacker_on_pairs_would_be_right_with_exact_counts():
    told = np.tile(np.arange(1_700), (10, 1))
    counts = {("size", 1): 700, ("size", 2): 500, ("size", 3): 300}
    without = counts | {("size", 3): 299}
    scores, _ = guesses(told, counts, without, GUESSED["segment_id"])
    assert max(scores, key=scores.get) == 3


def test_one_offset_for_all_runs_would_tell_of_the_learner():
    """Groups that begin at the same counts move with the learner alone."""
    right = tried = 0
    for whole, rest, row in pairs():
        before, after = counts_of(whole.results), counts_of(rest.results)
        roles = [name for name in before if is_like(name, GUESSED["role"])]
        if any(name not in after for name in roles):
            continue  # without the learner it is held by few, and pooled
        for offset in range(10):
            count = Rounding(10, offset).count
            moved = [n[2] for n in roles if count(before[n]) != count(after[n])]
            right += moved == [row["role"]]
            tried += bool(moved)
    assert tried > 10
    assert right > 0.8 * tried


@pytest.mark.parametrize("crowd", CROWDS[:4], ids=str)
def test_who_knows_rows_and_seed_links_no_more_points_than_who_knows_rows(crowd):
    done = crowd.run
    secret = secret_of(
        crowd.key, "points of the map", content=done.base.account.content
    )
    shown = build_map(done, secret)
    points = np.array([(point.x, point.y) for point in shown.points])
    scores = np.asarray(done.clusters.projection.scores, dtype=float)[:, :2]
    spread = shown.blur * scores.std(axis=0)
    owner = scores + noise(int.from_bytes(secret, "big"), scores) * spread
    truth = nearest(points, owner)
    by_seed = scores + noise(done.config.seed, scores) * spread
    with_seed = np.mean(nearest(points, by_seed) == truth)
    without = np.mean(nearest(points, scores) == truth)
    assert np.abs(points - owner[truth]).max() < 0.0051
    assert with_seed <= without + 0.02
    assert without < 0.1


def noise(seed, scores):
    return np.random.default_rng(seed).normal(size=scores.shape)


def nearest(points, places):
    return np.abs(points[:, None] - places[None]).max(axis=2).argmin(axis=1)


def published_of(view):
    """Give what of a company could be ranked: alias, roles, ratios."""
    ratios = [role.to_rest for role in view.roles]
    return {
        "alias": view.alias,
        "roles": len(view.roles),
        "ratios": sum(ratio is not None for ratio in ratios),
        "elsewhere": sum(role.to_elsewhere is not None for role in view.roles),
    }


@cache
def groups_of_companies():
    """Give companies of one run and size band: true sizes, and what is published."""
    found = []
    for crowd in CROWDS:
        exact, told, _ = results_of(crowd)
        size = {view.alias: view.learners for view in exact.companies.largest}
        bands = defaultdict(list)
        for view in told.companies.largest:
            bands[view.size].append((size[view.alias], published_of(view)))
        found += [rows for rows in bands.values() if len(rows) >= 3]
    return found


@pytest.mark.parametrize("what", ["alias", "roles", "ratios", "elsewhere"])
def test_companies_ranked_by_what_is_published_match_their_size_at_chance(what):
    """Within a size band; of what all have alike nothing can be ranked."""
    ranks = []
    for rows in groups_of_companies():
        sizes = [size for size, _ in rows]
        told = [known[what] for _, known in rows]
        if len(set(told)) > 1 and len(set(sizes)) > 1:
            order = {value: i for i, value in enumerate(sorted(set(told)))}
            ranks.append(spearmanr(sizes, [order[v] for v in told]).statistic)
    if what == "alias":
        assert len(ranks) > 10
    if ranks:
        error = 1 / np.sqrt(sum(len(rows) - 1 for rows in groups_of_companies()))
        assert abs(np.mean(ranks)) < 3 * error


def asked(crowd, companies):
    exact, _, _ = results_of(crowd)
    settings = exact.settings.model_copy(update={"companies": companies})
    results = exact.model_copy(update={"settings": settings})
    return disclose(
        results, key=crowd.key, content=crowd.run.base.account.content
    ).companies


def test_companies_are_there_with_their_sizes_in_bands_or_not_at_all():
    crowd = CROWDS[0]
    exact = {v.alias: v.learners for v in results_of(crowd)[0].companies.largest}
    bands, sizes = asked(crowd, "bands").largest, asked(crowd, "sizes").largest
    assert asked(crowd, "none").largest == ()
    in_bands = {alias: size_band(n) for alias, n in exact.items()}
    assert {view.alias: view.size for view in bands} == in_bands
    assert all(view.learners is None for view in bands)
    rounding = results_of(crowd)[2]
    assert {v.alias: v.learners for v in sizes} == {
        alias: rounding.count(n) for alias, n in exact.items()
    }


def test_the_same_key_gives_a_company_the_same_alias_and_another_key_another():
    table = table_of(0)
    config = load_config("robust", **QUICK)
    aliases = [
        {view.alias for view in run(frame, config, key=key).meaning.companies.largest}
        for frame, key in (
            (table, KEYS[0]),
            (table.tail(len(table) - 1), KEYS[0]),
            (table, KEYS[1]),
        )
    ]
    assert len(aliases[0] & aliases[1]) >= 0.8 * len(aliases[0])
    assert not aliases[0] & aliases[2]
