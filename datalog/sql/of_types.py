"""What asks nothing but which type an entity has: another row of the entity can tell that."""

from datalog.planning.access import FactRow, OneOf
from datalog.sql.columns import constant
from datalog.sql.rows import Columns, OfTypes
from datalog.syntax.terms import Blank, Constant, Variable
from datalog.syntax.views import AsOf, Now
from datalog.vocabulary import TYPE
from store.catalogue import Catalogue


def asked_types(row: FactRow, columns: Columns, catalogue: Catalogue) -> OfTypes | None:
    """Return the types that a known entity is asked to have, or None where more is asked."""
    if not isinstance(row.entity, Variable) or row.entity not in columns:
        return None
    if any(arm.attribute != TYPE for arm in row.facts.arms) or not isinstance(row.view, Now | AsOf):
        return None
    if row.also or not isinstance(row.transaction, Blank):
        return None
    match row.value:
        case Constant() as one:
            values: tuple[Constant, ...] = (one,)
        case OneOf(values):
            pass
        case _:
            return None
    ids = (constant(each, row.facts.kind, catalogue).sql for each in values)
    return OfTypes(row.entity, row.view, tuple(ids))
