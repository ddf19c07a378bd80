"""Slow, obvious versions of the statistics, and matrices to try them on."""

import numpy as np
from sklearn.neighbors import NearestNeighbors


def pay_like_matrix(n, seed):
    """Numbers with outliers beside one-hot columns, as notebooks cluster them."""
    rng = np.random.default_rng(seed)
    pay = np.exp(rng.normal(2.3, 0.8, n))
    typed = rng.random(n) < 0.003
    pay[typed] = rng.uniform(1000, 2000, typed.sum())
    years = rng.integers(0, 31, n)
    numbers = np.column_stack(
        [pay, np.log1p(1e5 * pay), years, rng.zipf(2.0, n) ** 0.5]
    )
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    shares = 1 / np.arange(1, 9)
    roles = np.eye(8)[rng.choice(8, n, p=shares / shares.sum())]
    return np.column_stack([numbers, np.zeros(n), roles])


def blobs(n, centers, seed, *, spread=1.0):
    """Rows around planted centres, and the centre of each row."""
    rng = np.random.default_rng(seed)
    centers = np.asarray(centers, dtype=float)
    truth = rng.integers(len(centers), size=n)
    return rng.normal(centers[truth], spread), truth


def naive_silhouette(X, labels):
    """The definition, a row at a time."""
    X, labels = np.asarray(X, dtype=float), np.asarray(labels)
    values = []
    for i, label in enumerate(labels):
        gaps = np.linalg.norm(X - X[i], axis=1)
        own = (labels == label) & (np.arange(len(X)) != i)
        if not own.any():
            values.append(0.0)
            continue
        a = gaps[own].mean()
        b = min(gaps[labels == other].mean() for other in set(labels) - {label})
        values.append((b - a) / max(a, b) if max(a, b) > 0 else 0.0)
    return np.array(values)


def naive_hopkins(rows, m, seed, *, draws):
    """The formula with the power d, one distance at a time."""
    rng = np.random.default_rng(seed)
    d = rows.shape[1]
    found = []
    for _ in range(draws):
        probes = rng.uniform(rows.min(axis=0), rows.max(axis=0), size=(m, d))
        drawn = rows[rng.choice(len(rows), size=m, replace=False)]
        u = [min(np.linalg.norm(p - x) for x in rows) for p in probes]
        w = [sorted(np.linalg.norm(p - x) for x in rows)[1] for p in drawn]
        u_sum, w_sum = sum(v**d for v in u), sum(v**d for v in w)
        found.append(u_sum / (u_sum + w_sum))
    return np.mean(found), np.std(found)


def notebook_hopkins(X, *, sample_size=2000, seed=42):
    """The usual function of notebooks, with scikit-learn's neighbours."""
    n, d = X.shape
    m = min(n, sample_size, max(100, int(0.1 * n)))
    rng = np.random.default_rng(seed)
    drawn = X[rng.choice(n, size=m, replace=False)]
    probes = rng.uniform(X.min(axis=0), X.max(axis=0), (m, d))
    neighbours = NearestNeighbors(n_neighbors=2).fit(X)
    u = neighbours.kneighbors(probes, n_neighbors=1)[0][:, 0]
    w = neighbours.kneighbors(drawn, n_neighbors=2)[0][:, 1]
    return u.sum() / (u.sum() + w.sum())


def naive_ward(centers, sizes):
    """Heights of Ward's merges, every pair looked at in every step."""
    clusters = [
        (np.asarray(c, dtype=float), float(s))
        for c, s in zip(centers, sizes, strict=True)
    ]
    heights = []
    while len(clusters) > 1:
        cost, a, b = min(
            (np.sqrt(2 * s * t / (s + t)) * np.linalg.norm(c - e), i, j)
            for i, (c, s) in enumerate(clusters)
            for j, (e, t) in enumerate(clusters[:i])
        )
        (c, s), (e, t) = clusters[a], clusters[b]
        clusters = [x for i, x in enumerate(clusters) if i not in (a, b)]
        clusters.append(((s * c + t * e) / (s + t), s + t))
        heights.append(cost)
    return np.array(heights)


def naive_jaccard(labels, refit, n_clusters):
    """Jaccard of each cluster with the refit cluster most like it, as sets."""
    before = [set(np.flatnonzero(labels == j)) for j in range(n_clusters)]
    after = [set(np.flatnonzero(refit == j)) for j in range(n_clusters)]
    return [
        max(len(a & b) / len(a | b) if a | b else 0.0 for b in after) for a in before
    ]


def naive_squared_silhouette(X, labels):
    """Means of squared distances, a pair at a time."""
    values = []
    for i, label in enumerate(labels):
        squares = [
            sum((x - y) ** 2 for x, y in zip(X[i], row, strict=True)) for row in X
        ]
        own = [s for j, s in enumerate(squares) if labels[j] == label and j != i]
        others = [
            np.mean([s for j, s in enumerate(squares) if labels[j] == other])
            for other in set(labels) - {label}
        ]
        a, b = np.mean(own) if own else 0.0, min(others)
        values.append((b - a) / max(a, b) if own and max(a, b) > 0 else 0.0)
    return np.array(values)


def naive_simplified_silhouette(X, labels):
    """Distances to the means of the clusters, a row at a time."""
    values = []
    for x, label in zip(X, labels, strict=True):
        gaps = {c: np.linalg.norm(x - X[labels == c].mean(axis=0)) for c in set(labels)}
        a = gaps.pop(label)
        b = min(gaps.values())
        alone = np.sum(labels == label) == 1
        values.append(0.0 if alone or max(a, b) == 0 else (b - a) / max(a, b))
    return np.array(values)


def naive_prediction_strength(labels, predicted):
    """The worst cluster's share of pairs that are also predicted together."""
    shares = []
    for cluster in set(labels):
        rows = np.flatnonzero(labels == cluster)
        pairs = [(i, j) for i in rows for j in rows if i < j]
        kept = [predicted[i] == predicted[j] for i, j in pairs]
        shares.append(np.mean(kept) if pairs else 1.0)
    return min(shares)


def naive_coassignment(X, centers, labels):
    """Whether the nearest centre is the row's own, a refit and a row at a time."""
    return [
        np.mean(
            [
                np.argmin([np.linalg.norm(x - c) for c in refit]) == label
                for refit in centers
            ]
        )
        for x, label in zip(X, labels, strict=True)
    ]
