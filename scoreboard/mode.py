"""What names a row: a model of a provider, and the mode in which it is asked."""

from __future__ import annotations

from msgspec import Struct


class Mode(Struct, frozen=True, order=True):
    """How a model is asked: whether the reply is streamed, whether it thinks first."""

    stream: bool
    thinking: bool

    @property
    def name(self) -> str:
        """As it stands in names: sync, stream, sync+thinking or stream+thinking."""
        return ("stream" if self.stream else "sync") + ("+thinking" if self.thinking else "")

    @property
    def emoji(self) -> str:
        """🕰️ or 📡, with 🧠 when thinking."""
        return ("📡" if self.stream else "🕰️") + ("🧠" if self.thinking else "")

    @classmethod
    def parse(cls, name: str) -> Mode:
        """The mode of that name. Raises ValueError."""
        for mode in MODES:
            if mode.name == name:
                return mode
        msg = f"no mode is named {name!r}; there are {', '.join(mode.name for mode in MODES)}"
        raise ValueError(msg)


MODES = (Mode(False, False), Mode(True, False), Mode(False, True), Mode(True, True))


class RowId(Struct, frozen=True, order=True):
    """What names a row: a model of a provider, in a mode."""

    provider: str
    model: str
    mode: Mode

    @property
    def name(self) -> str:
        """The row's name, for people."""
        return f"{self.provider}/{self.model}/{self.mode.name}"

    @property
    def key(self) -> tuple[str, bool, bool]:
        """What tells the row from the others of its provider, as `RowResult.key`."""
        return (self.model, self.mode.thinking, self.mode.stream)
