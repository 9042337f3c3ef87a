"""The command `headwater`. Each command's work is in a module of its own."""

from typing import Any

import click

from service.cli import explain as cli_explain
from service.cli import schema as cli_schema
from service.cli import serve as cli_serve
from service.cli import transact as cli_transact
from service.cli import verify as cli_verify
from service.cli.database import database_options, options, query_options
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
@click.option("--dry-run", is_flag=True, help="Show the facts it would write, and write nothing.")
@database_options
def transact(files: tuple[str, ...], continue_: bool, dry_run: bool) -> None:  # noqa: FBT001  # click calls it by name.
    """Load files of transactions: JSON lines, plain, .xz or .gz; - is standard input.

    Several files are merged by instant. A load that was interrupted goes on where it stopped.
    """
    if dry_run:
        cli_transact.rehearse(files)
    else:
        cli_transact.transact(files, continue_=continue_)


@main.command()
@click.option("--expect", type=cli_verify.ExpectedHead(), help="A head that you kept.")
@database_options
def verify(expect: Head | None) -> None:
    """Compare all that derives from the log with the log, and the log with a head."""
    cli_verify.check(expect)


@main.command()
@click.argument("given", nargs=-1, metavar="[QUERY] [INPUT]…")
@click.option("--file", metavar="FILE", help="Read the query from FILE; - is standard input.")
@click.option("--rules", metavar="FILE", help="Read the rules, the query's %, from FILE.")
@click.option(
    "--with", "with_", metavar="FILE", multiple=True, help="As if FILE's transactions were written."
)
@click.option("--scan", is_flag=True, help="Allow a clause over the whole log.")
@click.option("--explain", is_flag=True, help="Show the plan and the SQL, run nothing.")
@click.option("--analyze", is_flag=True, help="Explain, run it, and show PostgreSQL's plan.")
@query_options
def query(given: tuple[str, ...], file: str | None, **chosen: Any) -> None:  # What click read.
    """Ask in Datalog; without a query, at a terminal, ask again and again.

    QUERY is EDN text, [:find ?name :where [?e :Dataset/name ?name]]; - is standard input. Each
    INPUT is what :in names next, as EDN; a word is a text. In CSV, a text that a spreadsheet would
    take for a formula gets a quote before it.
    """
    from service.cli import query as cli_query  # Only here: it takes long to import.

    cli_query.query(given, file, cli_query.Chosen(**chosen))


@main.command()
@click.argument("index", type=click.Choice(["eavt", "aevt", "avet", "vaet"]))
@click.argument("components", nargs=-1, metavar="[COMPONENT]…")
@query_options
def datoms(index: str, components: tuple[str, ...], **seen: Any) -> None:  # What click read.
    """Show datoms in the order of an index, those that begin with the components.

    An entity is a urn, an id (E…, T…) or a number, an attribute :Dataset/name; -- goes before
    components that begin with a dash.
    """
    from service.cli import datoms as cli_datoms  # Only here: it takes long to import.

    cli_datoms.of_index(index, components, cli_datoms.Seen(**seen))


@main.command()
@click.argument("attribute")
@click.argument("start", required=False)
@click.argument("end", required=False)
@query_options
def index_range(
    attribute: str, start: str | None, end: str | None, **seen: Any
) -> None:  # As above.
    """Show the datoms of an attribute in the order of its values, from START to before END.

    nil is open.
    """
    from service.cli import datoms as cli_datoms  # Only here: it takes long to import.

    cli_datoms.of_attribute(attribute, start, end, cli_datoms.Seen(**seen))


@main.command()
@click.argument("start", required=False)
@click.argument("end", required=False)
@query_options
def tx_range(start: str | None, end: str | None, **seen: Any) -> None:  # As above.
    """Show what transactions say, in the order of the log, from START to before END.

    Both are points in time: a t, an instant, the id of a transaction; nil is open.
    """
    from service.cli import datoms as cli_datoms  # Only here: it takes long to import.

    cli_datoms.of_log(start, end, cli_datoms.Seen(**seen))


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
@click.option("--public", is_flag=True, help="Print what GraphQL clients see of it, sorted.")
@click.option("--relay", is_flag=True, help="Print of that what relay-compiler takes.")
@database_options
def print_(public: bool, relay: bool) -> None:  # noqa: FBT001  # click calls it by name.
    """Print the catalog as SDL, or the schema that is made of it."""
    if public or relay:
        cli_schema.print_public(for_relay=relay)
    else:
        cli_schema.print_schema()


@schema.command()
@click.argument("file")
@database_options
def diff(file: str) -> None:
    """Say what applying FILE would change."""
    cli_schema.diff(file)
