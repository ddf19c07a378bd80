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
    "scan": (
        "learnstrata scan runs/demo",
        "learnstrata scan runs/demo --table runs/new.csv --allow Bangalore",
    ),
    "demo-table": (
        "learnstrata demo-table",
        "learnstrata demo-table --learners 2000 --seed 8 --out new.csv",
    ),
}
