"""learnstrata: from a table of learners to segments that teams can act on.

- `learnstrata.learners`: what a learner table is, and what is known of each learner
- `learnstrata.segments`: what was found, and the evidence for it
- `learnstrata.decisions`: what to do about it
- `learnstrata.stats`: the statistics, on arrays
- `learnstrata.layer`: the segmentation as files that other systems use
- `learnstrata.report`: the report
- `learnstrata.app`: the command line
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learnstrata.config.loading import list_recipes, load_config
    from learnstrata.config.stages import Config
    from learnstrata.exceptions import (
        ConfigError,
        DataError,
        DegenerateError,
        LearnstrataError,
        OutputError,
        ParameterError,
        PrivacyError,
        SchemaError,
        SourceError,
    )
    from learnstrata.facade import (
        Segmentation,
        check_table,
        load,
        load_model,
        segment,
    )
    from learnstrata.finished import compare_runs, monitor
    from learnstrata.learners.demo.tables import make_learners, planted_segments
    from learnstrata.learners.sources.files import read_learners, read_source

__all__ = [
    "Config",
    "ConfigError",
    "DataError",
    "DegenerateError",
    "LearnstrataError",
    "OutputError",
    "ParameterError",
    "PrivacyError",
    "SchemaError",
    "Segmentation",
    "SourceError",
    "check_table",
    "compare_runs",
    "list_recipes",
    "load",
    "load_config",
    "load_model",
    "make_learners",
    "monitor",
    "planted_segments",
    "read_learners",
    "read_source",
    "segment",
]

_HOME = {
    "Config": "config.stages",
    **dict.fromkeys(("list_recipes", "load_config"), "config.loading"),
    **dict.fromkeys(("Segmentation", "check_table"), "facade"),
    **dict.fromkeys(("compare_runs", "monitor"), "finished"),
    **dict.fromkeys(("load", "load_model", "segment"), "facade"),
    **dict.fromkeys(("make_learners", "planted_segments"), "learners.demo.tables"),
    **dict.fromkeys(("read_learners", "read_source"), "learners.sources.files"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a public name when it is first asked for: the command line starts fast."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = _HOME.get(name, "exceptions")
    return getattr(import_module(f"learnstrata.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
