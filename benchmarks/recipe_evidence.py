"""What the weights of the default recipe rest on: every k under other weights.

    python benchmarks/recipe_evidence.py TABLE [--config my.toml]

Prints, for each set of weights, the chosen k, how much of pay, experience, company
level and role the segments explain, and for every k the Jaccard of the least stable
segment, the smallest share and the silhouette.
"""

import argparse
from pathlib import Path

from learnstrata import pipeline
from learnstrata.config.loading import load_config
from learnstrata.learners.sources.files import read_learners
from learnstrata.segments.questions.answers import explained_variance

VARIANTS = {
    "recipe": {},
    "no role": {"role": 0.0},
    "role 1": {"role": 1.0},
    "role 2": {"role": 2.0},
    "no company": {"company": 0.0},
    "company 0.5": {"company": 0.5},
    "momentum 0.5": {"momentum": 0.5},
}
MEASURED = ("log_pay", "years_of_experience", "company_level", "role")


def main() -> None:
    """Run the default recipe under each set of weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--config", type=Path)
    arguments = parser.parse_args()
    frame = read_learners(arguments.table)
    for name, weights in VARIANTS.items():
        features = {group: {"weight": weight} for group, weight in weights.items()}
        config = load_config("robust", arguments.config, features=features)
        done = pipeline.run(frame, config)
        dossier, learners = done.clusters.dossier, done.meaning.learners
        told = ", ".join(
            f"{column} {explained_variance(learners, column):.2f}"
            for column in MEASURED
            if column in learners.columns
        )
        print(f"{name}: k = {dossier.k}; explained: {told}")
        for c in dossier.candidates:
            print(
                f"    k = {c.k:>2}  lowest Jaccard {c.lowest_jaccard:.2f}  "
                f"smallest {c.smallest_share:6.1%}  silhouette {c.silhouette:.3f}"
            )


if __name__ == "__main__":
    main()
