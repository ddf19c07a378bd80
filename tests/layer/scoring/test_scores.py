"""The largest score is that of the nearest centre."""

import numpy as np
import pytest

from learnstrata.layer.scoring.scores import scores_of
from learnstrata.stats import kmeans


@pytest.mark.parametrize("name", ["default", "notebook", "own", "tied"])
def test_the_largest_score_is_that_of_the_nearest_centre(name, models):
    model, rng = models[name], np.random.default_rng(5)
    centers = np.array(model.centers)
    drawn = (
        rng.normal(size=(400, centers.shape[1])) + centers[rng.integers(2, size=400)]
    )
    scores = scores_of(model)
    categories = [c for c in model.features.columns if c in scores.categories]
    X, told = np.array(drawn, dtype=np.float32).astype(np.float64), []
    picked = {c: rng.choice(list(scores.categories[c]), len(X)) for c in categories}
    first = 0
    for feature in model.features.columns:
        known = model.features.categories.get(feature)
        if known is None:
            first += 1
            continue
        names = [f"{feature}={value}" for value in known]
        hot = picked[feature][:, None] == np.array(known)
        center = [model.features.centers[n] for n in names]
        scale = [model.features.scales[n] for n in names]
        X[:, first : first + len(known)] = ((hot - center) / scale).astype(np.float32)
        first += len(known)
    for row, x in enumerate(X):
        total = np.array(scores.constant)
        at = 0
        for feature in model.features.columns:
            known = model.features.categories.get(feature)
            if known is None:
                total = total + x[at] * np.array(scores.numbers[feature])
            else:
                total = total + scores.categories[feature][picked[feature][row]]
            at += len(known or [0])
        told.append(int(total.argmax()))
    assert told == kmeans.nearest(X.astype(np.float32), centers).tolist()
