"""How far long work has come."""

from collections.abc import Callable

Progress = Callable[[float], None]
"""Hears, every now and then, which share of the work is done."""


def unheard(share: float) -> None:
    """Take no notice."""
