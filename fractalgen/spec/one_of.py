"""A name with its options, as `crop` or `{crop: {padding: 2}}`."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, model_validator

from fractalgen.spec._model import Model


def _bare_name(schema: dict[str, Any]) -> None:
    """Let the schema take a bare name as well, for the options' defaults."""
    names = list(schema["properties"])
    options = {key: schema.pop(key) for key in ("type", "properties", "additionalProperties")}
    # A name without options may have a null after its colon.
    options["properties"] = {name: {**_options(item), "default": {}} for name, item in options["properties"].items()}
    schema["anyOf"] = [{"enum": names}, {**options, "minProperties": 1, "maxProperties": 1}]


def _options(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in ("default", "title")}


def name_alone(value: Any) -> Any:
    """Return a bare name as a name with no options, and no options as an empty mapping; the rest as it is."""
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, dict):
        return {name: {} if options is None else options for name, options in value.items()}
    return value


class OneOf(Model):
    """A mapping with one key: the name of what is chosen. Each field is a name, typed by the model of its options."""

    model_config = ConfigDict(json_schema_extra=_bare_name)

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return name_alone(value)

    @model_validator(mode="after")
    def _one(self) -> OneOf:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"must be one of {', '.join(type(self).model_fields)}, with its options")
        return self

    @property
    def name(self) -> str:
        """What is chosen."""
        return next(iter(self.model_fields_set))

    @property
    def options(self) -> Any:
        """Its options."""
        return getattr(self, self.name)
