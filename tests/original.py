"""The original analysis as plain scikit-learn and pandas: oracle and peer.

``python tests/original.py TABLE.csv`` runs it whole and prints the main numbers.
Kept to the letter, faults included: it clusters records, counts companies by record,
and takes now from the clock (``current_year`` stands in for it).
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage
from scipy.stats import skew
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 42
NUMERIC = [
    "ctc_lpa",
    "ctc_log",
    "years_of_experience",
    "recent_ctc_update_flag",
    "company_avg_ctc_lpa",
    "company_avg_exp",
    "company_learner_count",
]
CATEGORICAL = ["job_position_grouped", "tier_flag"]
PROFILED = [
    "ctc_lpa",
    "years_of_experience",
    "company_avg_ctc_lpa",
    "company_avg_exp",
    "recent_ctc_update_flag",
]
ENTRY_WORDS = ["intern", "trainee", "associate", "junior", "analyst", "fresher"]
INPUT = "CSV file with the seven columns of the public table"


def original_analysis(
    path_or_frame, *, current_year=2026, search_sample=30_000, hierarchy_sample=12_000
):
    """Run the original analysis; everything it displayed is in the result."""
    raw = (
        path_or_frame
        if isinstance(path_or_frame, pd.DataFrame)
        else pd.read_csv(path_or_frame)
    )
    df = engineered(raw, current_year)
    X = matrix(df)
    sampled = X[drawn(len(X), search_sample)]
    tendency = hopkins_statistic(sampled)
    selection = searched(sampled)
    k = chosen(selection)
    model = KMeans(n_clusters=k, random_state=SEED, n_init=30)
    df["kmeans_cluster"] = model.fit_predict(X)
    counts = df["kmeans_cluster"].value_counts().sort_index()
    return {
        "overview": overview(raw),
        "skewness": {
            "ctc": float(skew(df["ctc"].dropna())),
            "ctc_log": float(skew(df["ctc_log"].dropna())),
        },
        "correlation": df[
            ["years_of_experience", "ctc_lpa", "company_avg_ctc_lpa", "company_avg_exp"]
        ].corr(),
        "X": X,
        "hopkins": tendency,
        "selection": selection,
        "k": k,
        "labels": df["kmeans_cluster"].to_numpy(),
        "counts": counts,
        "shares": (counts / len(df) * 100).round(2),
        "inertia": float(model.inertia_),
        **profiles(df),
        **hierarchy(df, X, k, hierarchy_sample),
        "manual_segments": manual_segments(df),
        **projection(sampled, k),
        **tables(df),
        **exceptions(df),
        "frame": df,
    }


def overview(raw):
    missing = raw.isna().sum().rename("missing_count").to_frame()
    missing["missing_pct"] = (missing["missing_count"] / len(raw) * 100).round(2)
    numbers = raw[["orgyear", "ctc", "ctc_updated_year"]]
    return {
        "shape": raw.shape,
        "missing": missing,
        "duplicate_rows": int(raw.duplicated().sum()),
        "duplicate_learners": int(raw.duplicated(subset=["email_hash"]).sum()),
        "describe": numbers.describe(percentiles=[0.01, 0.05, 0.5, 0.95, 0.99]).T,
    }


def engineered(raw, current_year):
    df = raw.copy().rename(columns={"Unnamed: 0": "row_id"})
    df["company_hash"] = df["company_hash"].fillna("Unknown_Company")
    df["job_position"] = df["job_position"].fillna("Unknown_Role")
    possible = df["orgyear"].between(1980, current_year)
    df.loc[~possible, "orgyear"] = np.nan
    df["orgyear"] = df["orgyear"].fillna(df["orgyear"].median())

    df["years_of_experience"] = (current_year - df["orgyear"]).clip(lower=0)
    df["ctc_lpa"] = df["ctc"] / 100000
    df["ctc_log"] = np.log1p(df["ctc"])
    recent = df["ctc_updated_year"] >= (current_year - 1)
    df["recent_ctc_update_flag"] = recent.astype(int)
    df["ctc_band"] = pd.cut(
        df["ctc_lpa"],
        bins=[-np.inf, 5, 15, 30, np.inf],
        labels=["Low", "Average", "High", "Very_High"],
    )
    top_roles = df["job_position"].value_counts().head(15).index
    df["job_position_grouped"] = np.where(
        df["job_position"].isin(top_roles), df["job_position"], "Other_Role"
    )
    return with_companies(df)


def with_companies(df):
    company_agg = (
        df.groupby("company_hash")
        .agg(
            company_avg_ctc=("ctc", "mean"),
            company_median_ctc=("ctc", "median"),
            company_avg_exp=("years_of_experience", "mean"),
            company_learner_count=("email_hash", "nunique"),
        )
        .reset_index()
    )
    df = df.merge(company_agg, on="company_hash", how="left")
    df["company_avg_ctc_lpa"] = df["company_avg_ctc"] / 100000
    q1, q2 = company_agg["company_avg_ctc"].quantile([0.33, 0.66]).to_numpy()

    def assign_tier(avg_ctc):
        if avg_ctc <= q1:
            return "Tier 3"
        if avg_ctc <= q2:
            return "Tier 2"
        return "Tier 1"

    df["tier_flag"] = df["company_avg_ctc"].apply(assign_tier)
    company_rank = (
        df.groupby("company_hash")["email_hash"].nunique().sort_values(ascending=False)
    )
    alias = {
        company: f"Company {chr(65 + i)}"
        for i, company in enumerate(company_rank.index[:26])
    }
    df["company_alias"] = df["company_hash"].map(alias).fillna("Company Z+")
    return df


def matrix(df):
    preprocessor = ColumnTransformer(
        transformers=[
            (
                "num",
                Pipeline(
                    steps=[
                        ("imputer", SimpleImputer(strategy="median")),
                        ("scaler", StandardScaler()),
                    ]
                ),
                NUMERIC,
            ),
            (
                "cat",
                Pipeline(
                    steps=[
                        ("imputer", SimpleImputer(strategy="most_frequent")),
                        (
                            "onehot",
                            OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                        ),
                    ]
                ),
                CATEGORICAL,
            ),
        ],
        remainder="drop",
    )
    return preprocessor.fit_transform(df)


def drawn(n, most):
    return np.random.RandomState(SEED).choice(n, size=min(most, n), replace=False)


def hopkins_statistic(X, sample_size=2000, random_state=SEED):
    rng = np.random.default_rng(random_state)
    n, d = X.shape
    m = min(sample_size, max(100, int(0.1 * n)))
    sample = X[rng.choice(n, size=m, replace=False)]
    uniform = rng.uniform(X.min(axis=0), X.max(axis=0), size=(m, d))
    nearest = NearestNeighbors(n_neighbors=2).fit(X)
    u_dist, _ = nearest.kneighbors(uniform, n_neighbors=1)
    w_dist, _ = nearest.kneighbors(sample, n_neighbors=2)
    u_sum = np.sum(u_dist)
    w_sum = np.sum(w_dist[:, 1])
    return float(u_sum / (u_sum + w_sum))


def searched(X):
    rows = []
    for k in range(2, 11):
        model = KMeans(n_clusters=k, random_state=SEED, n_init=20)
        labels = model.fit_predict(X)
        shares = pd.Series(labels).value_counts(normalize=True)
        rows.append(
            {
                "k": k,
                "silhouette": silhouette_score(X, labels),
                "min_cluster_pct": float(shares.min() * 100),
                "inertia": model.inertia_,
            }
        )
    return pd.DataFrame(rows)


def chosen(selection):
    candidates = selection[selection["k"] >= 3]
    return int(candidates.sort_values("silhouette", ascending=False).iloc[0]["k"])


def profiles(df):
    top_roles = (
        df.groupby(["kmeans_cluster", "job_position"])
        .size()
        .reset_index(name="count")
        .sort_values(["kmeans_cluster", "count"], ascending=[True, False])
        .groupby("kmeans_cluster")
        .head(5)
    )
    return {
        "profiles": df.groupby("kmeans_cluster")[PROFILED].mean().round(2),
        "top_roles_by_cluster": top_roles,
    }


def hierarchy(df, X, k, most):
    rows = drawn(len(df), most)
    hc_df = df.iloc[rows].copy()
    tree = linkage(X[rows], method="ward")
    model = AgglomerativeClustering(n_clusters=k, linkage="ward")
    hc_df["hc_cluster"] = model.fit_predict(X[rows])
    ari = adjusted_rand_score(hc_df["kmeans_cluster"].to_numpy(), hc_df["hc_cluster"])
    averages = hc_df.groupby("hc_cluster")[["years_of_experience", "ctc_lpa"]].mean()
    return {
        "linkage": tree,
        "ward_labels": hc_df["hc_cluster"].to_numpy(),
        "ari": float(ari),
        "hierarchy_profile": averages.round(2),
    }


def manual_segments(df):
    exp_band = pd.cut(
        df["years_of_experience"],
        bins=[-np.inf, 2, 6, np.inf],
        labels=["Early", "Mid", "Senior"],
    )
    segment = exp_band.astype(str) + "_" + df["ctc_band"].astype(str)
    df["manual_segment"] = segment.replace("nan_nan", "Unknown")
    return pd.crosstab(
        df["manual_segment"], df["kmeans_cluster"], normalize="index"
    ).round(3)


def projection(sampled, k):
    pca = PCA(n_components=2, random_state=SEED)
    points = pca.fit_transform(sampled)
    model = KMeans(n_clusters=k, random_state=SEED, n_init=20)
    return {"map_points": points, "map_labels": model.fit_predict(sampled)}


def tables(df):
    by_role = (
        df.groupby("job_position")["ctc_lpa"]
        .mean()
        .sort_values(ascending=False)
        .reset_index(name="avg_ctc_lpa")
    )
    focus = df[df["company_hash"] == df["company_hash"].value_counts().idxmax()].copy()
    title = focus["job_position"].str.lower()
    scientist = title.str.contains("data scientist", na=False)
    focus_roles = (
        focus.groupby("job_position")["ctc_lpa"]
        .agg(["count", "mean", "median"])
        .sort_values("mean", ascending=False)
        .head(15)
    )
    by_tier = (
        df.groupby(["tier_flag", "company_alias"])["email_hash"]
        .nunique()
        .reset_index(name="learners")
        .sort_values(["tier_flag", "learners"], ascending=[True, False])
    )
    return {
        "avg_ctc_by_role": by_role,
        "focus_data_scientist": float(focus.loc[scientist, "ctc_lpa"].mean()),
        "focus_others": float(focus.loc[~scientist, "ctc_lpa"].mean()),
        "focus_roles": focus_roles,
        "tier_company_distribution": by_tier,
    }


def exceptions(df):
    pay, experience = df["ctc_lpa"], df["years_of_experience"]
    by_experience = df.sort_values("years_of_experience")
    non_monotonic = by_experience[
        (by_experience["years_of_experience"] >= experience.quantile(0.75))
        & (by_experience["ctc_lpa"] <= pay.quantile(0.25))
    ][["email_hash", "job_position", "years_of_experience", "ctc_lpa", "company_alias"]]
    entry = df["job_position"].str.lower().str.contains("|".join(ENTRY_WORDS), na=False)
    entry_outliers = (
        df[entry]
        .groupby("job_position")["ctc_lpa"]
        .agg(["count", "mean", "max"])
        .sort_values(["max", "count"], ascending=[False, False])
        .head(10)
    )
    shown = ["job_position", "years_of_experience", "ctc_lpa", "company_alias"]
    return {
        "non_monotonic": non_monotonic.head(5),
        "entry_outliers": entry_outliers,
        "early_high": df[(experience <= 2) & (pay >= pay.quantile(0.75))][shown],
        "senior_low": df[(experience >= 8) & (pay <= pay.quantile(0.25))][shown],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help=INPUT)
    parser.add_argument("--current-year", type=int, default=2026)
    given = parser.parse_args()
    began = time.perf_counter()
    result = original_analysis(given.table, current_year=given.current_year)
    seconds = time.perf_counter() - began
    selection = result["selection"]
    summary = {
        "k": result["k"],
        "hopkins": result["hopkins"],
        "inertia": selection["inertia"].tolist(),
        "silhouettes": selection["silhouette"].tolist(),
        "smallest_cluster_pct": selection["min_cluster_pct"].tolist(),
        "final_inertia": result["inertia"],
        "counts": result["counts"].tolist(),
        "shares": result["shares"].tolist(),
        "ari": result["ari"],
        "seconds": round(seconds, 2),
    }
    print(json.dumps(summary, indent=1))  # noqa: T201 - the command's one output


if __name__ == "__main__":
    main()
