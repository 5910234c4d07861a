"""Every error glisson raises on purpose: what was found, what was expected, what to do.

Anything else that escapes is a defect of glisson, never of the user's data.
"""

from __future__ import annotations


class GlissonError(Exception):
    """Base of all deliberate errors; the message is written for the person at the keyboard."""


class InputError(GlissonError):
    """The input cannot be used as it stands."""

    def __init__(self, found: str, *, expected: str = "", todo: str = "", place: str = "") -> None:
        """Compose one message.

        Parameters
        ----------
        found, expected, todo
            Plain sentences without a final full stop.
        place
            File, sheet and cell or row, where there is one.
        """
        self.found, self.expected, self.todo, self.place = found, expected, todo, place
        parts = [f"{place}: {found}" if place else found]
        if expected:
            parts.append(f"expected {expected}")
        if todo:
            parts.append(todo)
        super().__init__(". ".join(part.rstrip(".") for part in parts) + ".")


class SettingsError(InputError):
    """A setting in study.toml, on the command line or in a call cannot be used."""


class NotSupportedError(GlissonError):
    """What was asked for is not something glisson does; the message says so in one sentence."""
