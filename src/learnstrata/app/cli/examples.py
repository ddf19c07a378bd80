"""Two examples of each command, as its help shows them."""

from collections.abc import Mapping

__all__ = ["EXAMPLES"]

ASK = "learnstrata percentile runs/demo"
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "check": (
        "learnstrata check runs/demo.csv",
        "learnstrata check book.xlsx --sheet 2021 --config columns.toml",
    ),
    "run": (
        "learnstrata run runs/demo.csv",
        "learnstrata run learners.csv --config columns.toml --k 6 --out runs/q4",
    ),
    "open": (
        "learnstrata open runs/demo",
        "learnstrata open runs/demo/share",
    ),
    "assign": (
        "learnstrata assign runs/new.csv --model runs/demo",
        "learnstrata assign new.xlsx --model runs/q4 --out new-segments.parquet",
    ),
    "explain": (
        "learnstrata explain runs/demo.csv --model runs/demo --learner ID",
        "learnstrata explain new.xlsx --model runs/q4 --learner 4711 --json",
    ),
    "percentile": (
        f"{ASK} --role Backend --tier 'Tier 2' --experience Mid --pay 12LPA",
        f"{ASK} --role backend --tier unrated --experience early --pay 650,000",
    ),
    "report": (
        "learnstrata report runs/demo --pdf",
        "learnstrata report runs/demo --figures slides --pdf q4.pdf --overwrite",
    ),
    "compare": (
        "learnstrata compare runs/q3 runs/q4",
        "learnstrata compare runs/q3 runs/q4 --out runs/q3-to-q4",
    ),
    "monitor": (
        "learnstrata monitor runs/next.csv --against runs/demo",
        "learnstrata monitor new.csv --against runs/q4 --out runs/watch --overwrite",
    ),
    "sql": (
        "learnstrata sql runs/demo --dialect duckdb",
        "learnstrata sql runs/q4 --dialect spark --companies q4.csv --out sql",
    ),
    "scan": (
        "learnstrata scan runs/demo",
        "learnstrata scan runs/demo --table runs/new.csv --allow Bangalore",
    ),
    "demo-table": (
        "learnstrata demo-table",
        "learnstrata demo-table --learners 2000 --seed 8 --out new.csv",
    ),
    "store add": (
        "learnstrata store add runs/demo",
        "learnstrata store add runs/q4 --store postgresql://db/learning --why 'Q4'",
    ),
    "store check": (
        "learnstrata store check",
        "learnstrata store check --store postgresql://db/learning --json",
    ),
    "store backup": (
        "learnstrata store backup runs/store.backup",
        "learnstrata store backup q4.backup --store postgresql://db/learning",
    ),
    "store restore": (
        "learnstrata store restore runs/store.backup --store runs/again.db",
        "learnstrata store restore q4.backup --overwrite",
    ),
    "store drop-target": (
        "learnstrata store drop-target sqlite:///runs/crm.db",
        "learnstrata store drop-target postgresql://db/old --store runs/store.db",
    ),
    "store prune": (
        "learnstrata store prune --dry-run",
        "learnstrata store prune --runs --store postgresql://db/learning",
    ),
    "refit": (
        "learnstrata refit runs/new.csv",
        "learnstrata refit q4.parquet --out runs/q4 --promote --why 'quarter 4'",
    ),
    "approve": (
        "learnstrata approve 4 --who 'head of data' --why 'sizes as expected'",
        "learnstrata approve 4 --store postgresql://db/learning",
    ),
    "promote": (
        "learnstrata promote 1",
        "learnstrata promote 4 --who dpo --why 'agreed on Monday'",
    ),
    "rollback": (
        "learnstrata rollback",
        "learnstrata rollback 3 --why 'pay of Q4 was in another unit'",
    ),
    "history": (
        "learnstrata history",
        "learnstrata history --learner ID --json",
    ),
    "members": (
        "learnstrata members --out members.parquet",
        "learnstrata members --as-of 2026-09-30 --out then.csv",
    ),
    "publish": (
        "learnstrata publish --to sqlite:///runs/crm.db",
        "learnstrata publish runs/q4 --to postgresql://db/crm --grant-role product=bi",
    ),
    "forget": (
        "learnstrata forget --learner ID",
        "learnstrata forget --learner ID --run runs/old --target sqlite:///crm.db",
    ),
    "access": (
        "learnstrata access --learner ID",
        "learnstrata access --learner ID --json",
    ),
}
