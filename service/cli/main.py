"""The command `headwater`. Each command's work is in a module of its own."""

import click

from service.cli import explain as cli_explain
from service.cli import schema as cli_schema
from service.cli import serve as cli_serve
from service.cli import transact as cli_transact
from service.cli import verify as cli_verify
from service.cli.database import database_options, options
from service.cli.faults import Commands
from service.settings import Settings
from store.audit.verify import Head


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Ask and keep the history of data and models.

    Settings are HEADWATER_* variables; an option goes before the variable of the same name.
    """


@main.command()
@click.option("--sample", is_flag=True, help="Serve the bundled sample, in a database of its own.")
@options(*Settings.model_fields)
def serve(sample: bool) -> None:  # noqa: FBT001  # click calls it by name.
    """Serve GraphQL and GraphiQL over HTTP."""
    cli_serve.serve(sample=sample)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--continue", "continue_", is_flag=True, help="Go on after a refused line; list all at the end."
)
@database_options
def transact(files: tuple[str, ...], continue_: bool) -> None:  # noqa: FBT001  # click calls it by name.
    """Load files of transactions: JSON lines, plain, .xz or .gz; - is standard input.

    Several files are merged by instant. A load that was interrupted goes on where it stopped.
    """
    cli_transact.transact(files, continue_=continue_)


@main.command()
@click.option("--expect", type=cli_verify.ExpectedHead(), help="A head that you kept.")
@database_options
def verify(expect: Head | None) -> None:
    """Compare all that derives from the log with the log, and the log with a head."""
    cli_verify.check(expect)


@main.command()
@database_options
def rebuild() -> None:
    """Make all that derives from the log anew, while the server goes on."""
    cli_verify.make_anew()


@main.command()
@click.argument("file")
@click.option("--variables", metavar="JSON", help="The variables of the query, a JSON object.")
@click.option("--operation", metavar="NAME", help="Which of several operations in FILE.")
@click.option("--analyze", is_flag=True, help="Run it, and show PostgreSQL's plan.")
@database_options
def explain(file: str, variables: str | None, operation: str | None, analyze: bool) -> None:  # noqa: FBT001  # click calls it by name.
    """Show the Datalog and the SQL of the GraphQL query in FILE."""
    cli_explain.explain(file, variables, operation, analyze=analyze)


@main.group()
def schema() -> None:
    """Apply, print or compare the schema, in SDL."""


@schema.command()
@click.argument("file")
@database_options
def apply(file: str) -> None:
    """Make the schema what FILE says; what FILE leaves out stays."""
    cli_schema.apply(file)


@schema.command(name="print")
@database_options
def print_() -> None:
    """Print the schema as SDL."""
    cli_schema.print_schema()


@schema.command()
@click.argument("file")
@database_options
def diff(file: str) -> None:
    """Say what applying FILE would change."""
    cli_schema.diff(file)
