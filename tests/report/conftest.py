"""A full summary of a small run, made by hand: two segments of 400 learners."""

import copy

import pytest

from learnstrata.report.document import render_report
from learnstrata.summary.build import summarise


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


EXAMINED = {
    2: (0.272, 0.26, 0.012, 0.1, 1.602, 0.008, 0.012, 0.3, 0.78, 0.88, -0.1, 0.85),
    3: (0.301, 0.27, 0.031, 0.05, 1.633, 0.009, 0.02, 0.2, None, None, None, None),
    4: (0.22, 0.21, 0.01, 0.15, 1.61, 0.01, -0.01, 0.6, 0.75, 0.7, 0.05, 0.4),
}
STRENGTHS = {2: 0.91, 3: 0.62, 4: 0.44}


def examined(row):
    names = ("silhouette_sampled", "silhouette_null", "silhouette_excess")
    names += ("silhouette_p", "gap", "gap_error", "gap_excess", "gap_p")
    names += ("jaccard_sampled", "jaccard_null", "jaccard_excess", "jaccard_p")
    found = dict(zip(names, EXAMINED[row["k"]], strict=True))
    return (
        row
        | found
        | {
            "prediction_strength": STRENGTHS[row["k"]],
            "silhouette_error": 0.004,
            "silhouette_squared": 0.4,
            "silhouette_simplified": 0.39,
        }
    )


def statistic(name, k, whole, observed, band, p):
    low, high = band
    draws = [low - 0.01, low, (low + high) / 2, high]
    return {
        "statistic": name,
        "k": k,
        "whole": whole,
        "observed": observed,
        "mean": (low + high) / 2,
        "spread": 0.02,
        "low": low,
        "high": high,
        "excess": observed - (low + high) / 2,
        "p_value": p,
        "draws": draws,
    }


def ground(condition, value, limit, *, met):
    return {"condition": condition, "value": value, "limit": limit, "met": met}


def bootstrap(start, *jaccards):
    return {
        "start": start,
        "resamples": 25,
        "rows": 400,
        "lowest": min(jaccards),
        "per_segment": [
            {"segment_id": i, "jaccard": j, "recovered": 0.96, "dissolved": 0.04}
            for i, j in enumerate(jaccards, start=1)
        ],
    }


def flow(k, source, target, count, of_source, of_target):
    return {
        "k": k,
        "source": source,
        "target": target,
        "count": count,
        "share_of_source": of_source,
        "share_of_target": of_target,
    }


def variant(name, kind, ari, jaccard=None, note=""):
    return {
        "name": name,
        "kind": kind,
        "n_segments": 2,
        "rows": 390,
        "ari": ari,
        "nmi": 0.61,
        "smallest_share": 0.31,
        "largest_share": 0.69,
        "lowest_jaccard": jaccard,
        "note": note,
    }


def part(number, segment_id, count, size, jaccard):
    return {
        "segment_id": segment_id,
        "subsegment_id": number,
        "count": count,
        "share_of_segment": count / size,
        "share": count / 400,
        "jaccard": jaccard,
        "median_pay": 1_230_000.0,
        "median_years_of_experience": 7.5,
    }


def cell(segment_id, family, count, jaccard):
    return {
        "segment_id": segment_id,
        "role_family": family,
        "count": count,
        "share_of_segment": count / 240,
        "share_of_family": 0.52,
        "jaccard": jaccard,
    }


def make_dossier(segment_id, k):
    return {
        "segment_id": segment_id,
        "k": k,
        "reason": f"Segment {segment_id} is cut in {k}.",
        "table": [
            {
                "k": 2,
                "silhouette": 0.347,
                "smallest_share": 0.181,
                "lowest_jaccard": 0.8 if k == 2 else 0.66,
                "objections": [] if k == 2 else ["least stable part 0.66, under 0.75"],
            }
        ],
    }


def dip(p, n=321):
    return {"statistic": 0.0123, "p_value": p, "n_rows": n}


def make_evidence():
    return {
        "level": "quick",
        "left_out": [],
        "verdict": {
            "word": "reproducible",
            "sentence": "These segments are a cut that is found again.",
            "rule": "Reproducible: a Jaccard of 0.75.",
            "grounds": [
                ground("the rule that chose k admits it", None, None, met=True),
                ground("Jaccard of the least stable segment", 0.911, 0.75, met=True),
                ground(
                    "silhouette above that of structureless tables",
                    0.024,
                    0.05,
                    met=False,
                ),
                ground("chance of such a silhouette", 0.104, 0.05, met=False),
            ],
        },
        "nulls": {
            "draws": 24,
            "rows": 380,
            "jaccard_draws": 11,
            "jaccard_resamples": 6,
            "statistics": [
                statistic("hopkins", None, 0.83, 0.991, (0.95, 0.999), 0.36),
                statistic("silhouette", 2, 0.284, 0.281, (0.24, 0.28), 0.04),
                statistic("gap", 2, None, 1.602, (1.55, 1.63), 0.52),
                statistic("jaccard", 2, 0.91, 0.782, (0.73, 0.93), 0.84),
            ],
        },
        "gap": {
            "k": 1,
            "references": 12,
            "rows": 380,
            "table": [
                {"k": 1, "gap": 1.7, "standard_error": 0.01},
                {"k": 2, "gap": 1.602, "standard_error": 0.008},
            ],
        },
        "dip": [{"component": 1, "explained": 0.5, **dip(0.031, 391)}],
        "valleys": [
            {"segment_id": 1, "neighbour_id": 2, "dip": dip(0.44)},
            {"segment_id": 2, "neighbour_id": 1, "dip": dip(0.44)},
        ],
        "silhouette": {
            "mean": 0.283,
            "standard_error": 0.0061,
            "squared": 0.412,
            "simplified": 0.393,
            "scored": 350,
            "against": 400,
            "per_segment": [
                {
                    "segment_id": i,
                    "mean": mean,
                    "negative": negative,
                    "profile": [-0.05, 0.1, 0.3, 0.52],
                }
                for i, mean, negative in ((1, 0.313, 0.017), (2, 0.246, 0.034))
            ],
        },
        "bootstrap": [bootstrap("fitted", 0.93, 0.92), bootstrap("fresh", 0.94, 0.81)],
        "seeds": {"k": 2, "refits": 5, "rows": 399, "mean": 0.973, "lowest": 0.952},
        "halves": {
            "rows": 398,
            "table": [
                {"k": 2, "prediction_strength": 0.91, "standard_error": 0.015},
                {"k": 3, "prediction_strength": 0.62, "standard_error": 0.09},
                {"k": 4, "prediction_strength": 0.44, "standard_error": 0.03},
            ],
        },
        "flows": [
            flow(2, 1, 1, 236, 236 / 240, 1.0),
            flow(2, 1, 3, 4, 4 / 240, 4 / 64),
            flow(2, 2, 2, 100, 100 / 160, 1.0),
            flow(2, 2, 3, 60, 60 / 160, 60 / 64),
            flow(3, 1, 1, 233, 233 / 236, 1.0),
            flow(3, 1, 4, 3, 3 / 236, 3 / 103),
            flow(3, 2, 4, 100, 1.0, 100 / 103),
            flow(3, 3, 2, 34, 34 / 64, 1.0),
            flow(3, 3, 3, 30, 30 / 64, 1.0),
        ],
        "standing": {
            "counts": {"core": 301, "borderline": 71, "atypical": 28},
            "confidence_refits": 25,
            "min_margin": 0.1,
            "min_confidence": 0.85,
            "per_segment": [
                {
                    "segment_id": 1,
                    "core": 187,
                    "borderline": 36,
                    "atypical": 17,
                    "mean_confidence": 0.957,
                },
                {
                    "segment_id": 2,
                    "core": 114,
                    "borderline": 35,
                    "atypical": 11,
                    "mean_confidence": 0.942,
                },
            ],
        },
        "finer": {
            "rule": "A segment is cut into 2 to 5 parts.",
            "subsegments": [
                part("1.1", 1, 143, 240, 0.87),
                part("1.2", 1, 97, 240, 0.83),
                part("2", 2, 160, 160, None),
            ],
            "dossiers": [make_dossier(1, 2), make_dossier(2, 1)],
            "cells": [
                cell(1, "Backend", 118, 0.93),
                cell(1, "Data <science> & co", 57, 0.61),
                cell(2, "Backend", 76, 0.78),
            ],
        },
        "sensitivity": {
            "variants": [
                variant("Gaussian mixture", "algorithm", 0.34, None, "on 3 components"),
                variant("Role doubled", "weights", 0.89, 0.88),
                variant("Without repaired", "learners", 0.62, 0.79),
                variant("Extremes clipped", "winsorising", 0.97, 0.93),
            ],
            "skipped": [{"name": "Latent classes", "reason": "stepmix is missing"}],
            "same_way": variant("Same k-means, these learners alone", "sample", 0.99),
            "sentence": "Of 4 other ways, 2 agree strongly.",
        },
    }


def make_summary():
    limits = {"level": "quick", "min_jaccard": 0.75, "max_p": 0.05}
    return make_plain() | {
        "config": make_plain()["config"] | {"evidence": limits},
        "evidence": make_evidence(),
        "selection": make_plain()["selection"]
        | {
            "table": [examined(row) for row in make_plain()["selection"]["table"]],
            "changes": ["Ordered by the gap, k = 3 would be chosen."],
        },
    }


def make_plain():
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
            "share": 0.1,
            "blur": 0.25,
            "middles": [
                {"segment_id": 1, "x": 0.38, "y": 0.6},
                {"segment_id": 2, "x": -0.62, "y": 0.5},
            ],
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


MEANING_OF_A_SEGMENT = {
    "rule": {
        "text": "more than 4 years of experience and pay over 12 LPA",
        "paths": [],
        "coverage": 0.912,
        "precision": 0.874,
        "n_segment": 120,
        "n_caught": 125,
    },
    "pulls": [],
    "progression": {
        "n": 90,
        "n_growth": 60,
        "growth": 0.131,
        "growth_of_all": 0.124,
        "n_roles": 80,
        "role_change": 0.517,
        "role_change_of_all": 0.482,
    },
    "distributions": {
        "pay": [
            {"low": None, "high": 450_000.0, "segment": 0.2, "rest": 0.41},
            {"low": 450_000.0, "high": 900_000.0, "segment": 0.55, "rest": 0.4},
            {"low": 900_000.0, "high": None, "segment": 0.25, "rest": 0.19},
        ],
        "years_of_experience": [
            {"low": 0.0, "high": 5.0, "segment": 0.7, "rest": 0.45},
            {"low": 5.0, "high": None, "segment": 0.3, "rest": 0.55},
        ],
    },
    "index": [
        {
            "kind": "value",
            "feature": "tier",
            "value": "Tier 1",
            "count": 113,
            "estimate": 263.0,
            "low": 241.0,
            "high": 287.0,
            "base": 100.0,
            "difference": None,
            "effect": 0.61,
        },
        {
            "kind": "number",
            "feature": "pay",
            "value": "",
            "count": 240,
            "estimate": 71.0,
            "low": 69.0,
            "high": 73.0,
            "base": 50.0,
            "difference": 1.1,
            "effect": 0.72,
        },
    ],
}


def pay_cell(role, tier, band, p50, learners, *, shrunk=False):
    return {
        "role_family": role,
        "tier": tier,
        "experience_band": band,
        "learners": learners,
        "companies": 31,
        "p25": 0.8 * p50,
        "p50": p50,
        "p75": 1.4 * p50,
        "shrunk": shrunk,
        "weight": 0.4 if shrunk else 0.95,
    }


def skill(estimate):
    return {"estimate": estimate, "low": estimate - 0.01, "high": estimate + 0.01}


MEANING = {
    "rules": {
        "fidelity": 0.871,
        "stated": 0.81,
        "baseline": 0.6,
        "n_train": 200,
        "n_held_out": 187,
        "without": [],
        "reason": "",
    },
    "incremental": [
        {
            "outcome": "pay_growth",
            "kind": "number",
            "n_learners": 400,
            "n_with": 155,
            "n_segments": 2,
            "n_rules": 6,
            "learned": skill(0.11),
            "rules": skill(0.12),
            "difference": skill(-0.01),
            "verdict": "as well",
            "sentence": "pay_growth: the rules do as well (155 of 400 learners).",
            "reason": "",
        }
    ],
    "benchmarks": {
        "reason": "",
        "sentence": "Pay is shown for 3 of 4 combinations.",
        "rule": "Pay is shown of 10 learners or more at 3 companies or more.",
        "tau": 30.0,
        "n_learners": 380,
        "n_left_out": 20,
        "n_cells": 4,
        "n_hidden": 1,
        "cells": [
            pay_cell("Backend", "Tier 1", "Early", 1_250_000.0, 77),
            pay_cell("Backend", "Tier 2", "Early", 830_000.0, 61),
            pay_cell("Design <b>", "Tier 1", "Senior", 2_140_000.0, 12, shrunk=True),
        ],
        "wider": [
            {"level": "role", **pay_cell("Backend", None, None, 990_000.0, 138)},
            {"level": "all", **pay_cell(None, None, None, 910_000.0, 380)},
        ],
    },
    "cohorts": [
        {
            "key": "stalled",
            "title": "Pay has not grown with experience",
            "definition": "8 years of experience or more.",
            "n_learners": 43,
            "n_assessed": 172,
            "share": 0.25,
            "by_segment": [
                {"value": "Backend", "assessed": 88, "learners": 33, "share": 0.375}
            ],
            "by_role": [],
            "by_tier": [],
            "sentence": "Pay has not grown with experience: 43 of the 172 learners.",
            "note": "",
            "reason": "",
        }
    ],
    "companies": {
        "reason": "",
        "sentence": "390 learners are at 97 companies (Gini 0.41).",
        "n_companies": 97,
        "n_learners": 390,
        "gini": 0.41,
        "top_share": 0.3,
        "companies": [
            {
                "alias": "Company 0d21",
                "tier": "Tier 1",
                "learners": 47,
                "p25": 500_000.0,
                "p50": 760_000.0,
                "p75": 1_160_000.0,
            }
        ],
        "roles": [
            {
                "alias": "Company 0d21",
                "role_family": "Backend",
                "learners": 19,
                "p50": 810_000.0,
                "elsewhere": 900_000.0,
                "ratio": 0.9,
            }
        ],
        "tiers": [
            {
                "tier": "Tier 1",
                "companies": 37,
                "learners": 166,
                "share": 0.43,
                "p50": 1_330_000.0,
            }
        ],
    },
}


@pytest.fixture
def meant(summary):
    """Give a summary that also tells what makes the segments different, and pay."""
    return with_meaning(summary)


@pytest.fixture(scope="module")
def explained(whole):
    """Give the same once, for tests that only read it."""
    return with_meaning(copy.deepcopy(whole))


def with_meaning(summary):
    for found in summary["segments"]:
        found.update(copy.deepcopy(MEANING_OF_A_SEGMENT))
    return summary | copy.deepcopy(MEANING)


@pytest.fixture
def plain():
    """Give the summary of a run whose evidence was left out."""
    return make_plain() | {"evidence": None}


@pytest.fixture
def bare(plain):
    """Give the summary of a table of two numbers: no pay, title, company or year."""
    summary = plain
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


def page_of(run):
    summary = summarise(run)
    return summary, render_report(summary)


@pytest.fixture(scope="session")
def small_page(small_run):
    """Give the summary and the page of a real run; they take seconds to make."""
    return page_of(small_run)


@pytest.fixture(scope="session")
def notebook_page(notebook_run):
    """Give the same of a run without evidence, whose unit is the record."""
    return page_of(notebook_run)
