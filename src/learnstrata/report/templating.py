"""The templates of pages, and how they are filled."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["templates"]


@cache
def templates() -> Environment:
    """Give the templates: texts are escaped, and what is not given is a fault."""
    return Environment(
        loader=PackageLoader("learnstrata.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
