"""The base of all models: strict, frozen, no unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

#: Marks a field on which coders agree too little; :mod:`casus.reliability` says how much that is.
EXPERIMENTAL: dict[str, JsonValue] = {"experimental": True}


class Record(BaseModel):
    """Base of every model: strict types, no unknown fields, never changed after it is made."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", validate_default=False)
