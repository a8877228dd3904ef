"""One file per wire format; the file is the registration and its stem is the wire's name."""

import importlib
import inspect
import pkgutil
from functools import cache

from ..wire import Wire


@cache
def discover() -> dict[str, type[Wire]]:
    """The wires by name; a file that does not hold exactly one is an error."""
    found: dict[str, type[Wire]] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        wires = [
            value
            for value in vars(loaded).values()
            if inspect.isclass(value)
            and issubclass(value, Wire)
            and value.__module__ == loaded.__name__
            and not inspect.isabstract(value)
        ]
        if len(wires) != 1:
            message = f"{module.name} holds {len(wires)} wires, not one"
            raise TypeError(message)
        found[module.name] = wires[0]
    return found
