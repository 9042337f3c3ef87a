"""The command `headwater`."""

import click


@click.group()
def main() -> None:
    """Ask and keep the history of data and models."""
