"""A full summary of a small run, made by hand: two segments of 400 learners."""

import pytest


def typical(p25, p50, p75, base, n=200):
    return {
        "n": n,
        "p25": p25,
        "p50": p50,
        "p75": p75,
        "mean": p50,
        "base": base,
        "percentile": 0.5,
    }


def share(value, count, size, base):
    part = count / size
    return {
        "value": value,
        "count": count,
        "share": part,
        "base": base,
        "index": 100 * part / base,
    }


def segment(number, name, count, pay, years):
    return {
        "id": number,
        "name": name,
        "description": f"Typically {years} years of experience.",
        "count": count,
        "share": count / 400,
        "typical": {
            "pay": typical(pay * 0.8, pay, pay * 1.3, 900_000.0),
            "years_of_experience": typical(years - 1.0, years, years + 1.5, 5.0),
            "company_learners": typical(2.0, 17.0, 3_593.0, 40.0),
        },
        "shares": {
            "role": [
                share("Backend", count // 2, count, 0.5),
                share("Data <science> & co", count // 4, count, 0.2),
                share("Design", 4, count, 0.01),
            ],
            "tier": [share("Tier 1", count // 3, count, 0.4)],
            "pay_band": [
                share("High", count // 2, count, 0.4),
                share("Low", count // 2, count, 0.6),
            ],
            "experience_band": [share("Early", count, count, 0.5)],
        },
        "center": {"log_pay": 0.3},
    }


def candidate(k, silhouette, jaccard, *objections):
    return {
        "k": k,
        "inertia": 66_350.2 / k,
        "silhouette": silhouette,
        "calinski_harabasz": 1_404.7,
        "davies_bouldin": 1.334,
        "smallest_share": 0.4 / k,
        "largest_share": 0.6,
        "lowest_jaccard": jaccard,
        "objections": list(objections),
    }


def distribution(feature, edges, counts, skewness, skewness_log):
    return {
        "feature": feature,
        "n": sum(counts),
        "quantiles": dict(
            zip(
                ("p01", "p05", "p25", "p50", "p75", "p95", "p99"),
                [edges[0]] * 3 + [edges[1]] * 2 + [edges[-1]] * 2,
                strict=True,
            )
        ),
        "mean": edges[1],
        "std": 1.0,
        "skewness": skewness,
        "skewness_log": skewness_log,
        "edges": edges,
        "counts": counts,
        "outside_fences": 12,
    }


def make_summary():
    return {
        "schema_version": 1,
        "recipe": "robust",
        "recipe_version": 1,
        "seed": 7,
        "as_of": 2021,
        "unit": "learner",
        "pay_unit": "LPA",
        "per_pay_unit": 100_000.0,
        "input": {
            "records": 1_234,
            "learners": 400,
            "segmented": 400,
            "columns": {"learner_id": "email", "pay": "ctc"},
            "available": [
                "company",
                "title",
                "pay",
                "pay_year",
                "years_of_experience",
            ],
        },
        "ledger": {"current": 380, "history": 830, "repaired": 20, "quarantined": 4},
        "cleaning": {
            "rules": [
                {"rule": "older_record", "state": "history", "records": 830},
                {"rule": "unreadable_pay", "state": "quarantined", "records": 4},
            ],
            "limits": {
                "as_of": 2021,
                "pay_low": 17_307.3,
                "pay_high": 53_041_330.1,
                "pay_typical": [200_000.0, 3_820_000.0],
                "heaped_pay": [200_000_000.0],
                "start_year_fill": None,
            },
            "imputed": {"pay": 9, "experience": 0},
        },
        "roles": {
            "share_mapped": 0.75,
            "share_missing": 0.2,
            "share_unmapped": 0.05,
            "n_titles": 60,
            "n_titles_mapped": 55,
            "top_unmapped": [["wizard <b>", 11]],
            "table_version": 1,
        },
        "features": {
            "used": [
                {
                    "name": "log_pay",
                    "label": "log pay",
                    "group": "pay",
                    "weight": 1.0,
                    "scaling": "block",
                },
                {
                    "name": "log_experience",
                    "label": "log of 1 + experience",
                    "group": "career_stage",
                    "weight": 0.5,
                    "scaling": "block",
                },
            ],
            "left_out": ["company_level"],
            "not_clustered": ["momentum"],
        },
        "description": {
            "distributions": [
                distribution("pay", [1e5, 1e6, 1e7], [150, 240], 7.86, -0.2),
                distribution(
                    "years_of_experience",
                    [-0.5, 0.5, 1.5, 2.5],
                    [90, 200, 110],
                    0.1,
                    0.4,
                ),
            ],
            "missing": [
                {"column": "title", "count": 80, "share": 0.2},
                {"column": "pay_year", "count": 0, "share": 0.0},
            ],
            "correlations": {
                "columns": ["years_of_experience", "pay", "log_pay"],
                "pearson": [[1.0, 0.2, 0.25], [0.2, 1.0, 0.7], [0.25, 0.7, 1.0]],
                "spearman": [[1.0, 0.02, 0.02], [0.02, 1.0, 1.0], [0.02, 1.0, 1.0]],
            },
            "pay_by_experience": [
                {"years": y, "tier": t, "learners": 20, "median_pay": 4e5 + 1e5 * y}
                for t in ("All", "Tier 1", "Unrated")
                for y in (0, 1, 25)
            ],
            "pay_by_role": [
                {
                    "role": "Backend",
                    "learners": 200,
                    "p25": 6e5,
                    "p50": 9e5,
                    "p75": 2e6,
                },
                {"role": "Design", "learners": 50, "p25": 4e5, "p50": 5e5, "p75": 9e5},
            ],
        },
        "tendency": {
            name: {
                "statistic": value,
                "spread": 0.01,
                "n_probes": 40,
                "n_rows": 400,
                "n_features": 2,
                "variant": name,
            }
            for name, value in {
                "hopkins": 0.83,
                "power_d": 0.83,
                "original": 0.97,
            }.items()
        },
        "selection": {
            "table": [
                candidate(2, 0.284, 0.91),
                candidate(3, 0.301, 0.58, "least stable segment 0.58, under 0.75"),
                candidate(4, 0.22, 0.8),
            ],
            "k": 2,
            "runner_up": 4,
            "rule": "Of k = 2 to 4 that are stable, the highest silhouette.",
            "reason": "2 of 3 values of k are admitted.",
            "rows": 400,
            "resamples": 20,
        },
        "inertia": 33_175.1,
        "segments": [
            segment(1, "Senior, higher pay", 240, 1_800_000.0, 9.0),
            segment(2, "Early career, lower pay", 160, 450_000.0, 2.0),
        ],
        "map": {
            "explained": [0.5, 0.25],
            "columns": ["log_pay", "log_experience"],
            "loadings": [[0.9, -0.43], [0.43, 0.9]],
            "x": [round(-1 + 0.05 * i, 3) for i in range(40)],
            "y": [round((i % 7) / 5, 3) for i in range(40)],
            "segment_id": [1 + (i < 16) for i in range(40)],
        },
        "hierarchy": {
            "ari_with_kmeans": 0.4,
            "nmi_with_kmeans": 0.42,
            "n_rows": 400,
            "ari_all": 0.35,
            "n_micro": 50,
            "branches": {
                "x": [[5.0, 5.0, 15.0, 15.0], [10.0, 10.0, 25.0, 25.0]],
                "y": [[0.0, 4.0, 4.0, 0.0], [4.0, 9.0, 9.0, 0.0]],
                "leaf_sizes": [100, 140, 160],
                "leaf_segments": [1, 1, 2],
            },
        },
        "heuristic": {
            "rules": ["Early / Low", "Senior / High"],
            "segments": [1, 2],
            "counts": [[11, 150], [220, 7]],
            "ari": 0.71,
            "nmi": 0.6,
            "n_learners": 388,
        },
        "findings": [
            {
                "id": "largest_segment",
                "question": "How large is the largest segment?",
                "answer": "It holds 60.0% of the learners (240).",
                "available": True,
                "numbers": {"share": 0.6},
                "tables": [
                    {
                        "title": "Segments by size",
                        "columns": [
                            {"name": "Segment", "kind": "text"},
                            {"name": "Learners", "kind": "count"},
                            {"name": "Share", "kind": "share"},
                            {"name": "Median pay", "kind": "pay"},
                            {"name": "Ratio", "kind": "number"},
                        ],
                        "rows": [
                            ["Senior, higher pay", 240, 0.6, 1_800_000.0, 1.25],
                            ["Early career, lower pay", 160, 0.4, 450_000.0, None],
                        ],
                    }
                ],
            },
            {
                "id": "company_role_pay",
                "question": "How does pay differ within companies?",
                "answer": "The data cannot answer this: no company is large enough.",
                "available": False,
                "numbers": {},
                "tables": [],
            },
        ],
        "actions": [
            {
                "id": f"action_{i}",
                "title": f"Action number {i}",
                "teams": ["product", "mentoring"],
                "targets": [
                    {"name": f"Target {j}", "size": 20 + j, "share": 0.05, "why": "Why"}
                    for j in range(12 if i == 2 else 1)
                ],
                "why": f"Reason {i}.",
                "measure": f"Measure {i}.",
            }
            for i in range(1, 6)
        ],
        "notes": [],
        "config": {
            "experience_band_names": ["Early", "Mid", "Senior"],
            "pay": {"band_names": ["Low", "Average", "High", "Very high"]},
            "selection": {"rule": {"min_share": 0.02, "min_jaccard": 0.75}},
        },
        "timings": {"clean": 2.5, "select": 54.3},
        "versions": {"learnstrata": "0.1.0", "numpy": "2.4.6"},
    }


@pytest.fixture
def summary():
    """Give a fresh summary that a test may change."""
    return make_summary()


@pytest.fixture(scope="session")
def whole():
    """Give the same summary to tests that only look at what is made of it."""
    return make_summary()


@pytest.fixture
def bare(summary):
    """Give the summary of a table of two numbers: no pay, title, company or year."""
    for found in summary["segments"]:
        found["typical"] = {}
        found["shares"] = {}
        found["description"] = ""
    summary["input"]["available"] = ["hours", "visits"]
    summary["input"]["columns"] = {}
    summary["notes"] = ["The table has no pay: no pay features."]
    summary["roles"] = None
    summary["heuristic"] = None
    summary["cleaning"] = {
        "rules": [],
        "limits": {"as_of": 2021, "pay_low": 0.0, "pay_high": None, "heaped_pay": []},
        "imputed": {},
    }
    summary["description"] |= {
        "distributions": [],
        "missing": [],
        "correlations": {"columns": [], "pearson": [], "spearman": []},
        "pay_by_experience": [],
        "pay_by_role": [],
    }
    for row in summary["selection"]["table"]:
        row["lowest_jaccard"] = None
    summary["selection"]["resamples"] = 0
    summary["findings"] = [f | {"available": False} for f in summary["findings"]]
    for action in summary["actions"]:
        action["targets"] = []
    return summary
