"""Make records by the thousand from values that are known to be sound: nothing is checked, copied or filled in."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


class Unchecked(Generic[Model]):
    """Make records of one model; each call gives a value to every field, in the order of the fields.

    >>> class Point(BaseModel):
    ...     x: int
    >>> Unchecked(Point)(x=1)
    Point(x=1)
    """

    def __init__(self, model: type[Model]) -> None:
        self._model, self._fields = model, set(model.model_fields)

    def __call__(self, **values: Any) -> Model:
        """Return a record of these values."""
        made = self._model.__new__(self._model)
        made.__setstate__(
            {
                "__dict__": values,
                "__pydantic_fields_set__": self._fields,
                "__pydantic_extra__": None,
                "__pydantic_private__": None,
            }
        )
        return made
