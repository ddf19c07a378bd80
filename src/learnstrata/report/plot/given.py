"""What a specification says: Vega-Lite, whose schema and not Python knows the types."""

from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["Row", "Spec", "Told"]

Told: TypeAlias = Any
Spec: TypeAlias = Mapping[str, Told]
Row: TypeAlias = Mapping[str, Told]
