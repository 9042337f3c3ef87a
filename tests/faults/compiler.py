"""Faults in how a query is checked, planned and written as SQL: slips that compilers have made.

Random queries notice them (`tests/test_fuzz.py`), but where another test is named.
"""

from tests.faults.fault import Fault

QUERIES = ("tests/test_fuzz.py::test_random_queries_have_the_answers_that_they_mean",)
RECURSIONS = ("tests/test_fuzz.py::test_random_recursions_have_the_answers_that_they_mean",)
KEPT = ("tests/test_fuzz.py::test_every_failure_that_was_found_stays_mended",)

FAULTS: tuple[Fault, ...] = (
    # What is joined.
    Fault(
        "a join forgets that both sides name one variable",
        "datalog/sql/unification.py",
        "            yield same(column, bound[place])\n",
        "            pass\n",
        QUERIES,
    ),
    Fault(
        "of what need only exist, a chain loses the variable that holds it together",
        "datalog/planning/existence.py",
        "                local, together = local | seen, group + together\n",
        "                together = group + together\n",
        QUERIES,
    ),
    Fault(
        "parallel edges are taken for one",
        "datalog/planning/row_terms.py",
        "key = (EdgeColumn.TYPE, EdgeColumn.FROM, EdgeColumn.TO, EdgeColumn.KEY)",
        "key = (EdgeColumn.TYPE, EdgeColumn.FROM, EdgeColumn.TO)",
        QUERIES,
    ),
    # `not`, `or`, and what is missing.
    Fault(
        "a not is asked before what it shares has a value",
        "datalog/planning/plan.py",
        "return outward_of(negation.clauses) & possible",
        "return frozenset()",
        QUERIES,
    ),
    Fault(
        "a not of what can never match is taken for what never holds",
        "datalog/checking/check.py",
        "            if isinstance(inner, Empty):\n                return None\n",
        "            if isinstance(inner, Empty):\n                return inner\n",
        QUERIES,
    ),
    Fault(
        "a branch that can never match empties its or",
        "datalog/checking/check.py",
        "            because.append(simpler.because)\n",
        "            return simpler\n",
        QUERIES,
    ),
    Fault(
        "of constants that may stand in one place, the first is lost",
        "datalog/planning/grouping.py",
        "OneOf(tuple(values))",
        "OneOf(tuple(values[1:]))",
        QUERIES,
    ),
    Fault(
        "a get-else loses the row that has no value",
        "datalog/sql/clauses.py",
        "item = Item(source, (), left=True)",
        "item = Item(source, ())",
        QUERIES,
    ),
    Fault(
        "what is missing differs from everything",
        "datalog/sql/comparing.py",
        '"{left} <> {right}"',
        '"{left} IS DISTINCT FROM {right}"',
        KEPT,
    ),
    # Times and sources.
    Fault(
        "since T shows what began at T",
        "datalog/sql/rows.py",
        "AND {table}.t0 > {after}",
        "AND {table}.t0 >= {after}",
        QUERIES,
    ),
    Fault(
        "a history until T leaves out what happened at T",
        "datalog/sql/rows.py",
        '"{t} <= {until}"',
        '"{t} < {until}"',
        QUERIES,
    ),
    Fault(
        "what two sources hold of an entity is read from one row",
        "datalog/planning/grouping.py",
        "return FactRow, entity, item.facts, item.view",
        "return FactRow, entity, item.facts",
        KEPT,
    ),
    Fault(
        "a rule reads the first source, whichever it is called on",
        "datalog/checking/rules/substitution.py",
        'return self.source if source == "$" else source',
        "return source",
        QUERIES,
    ),
    # Rules.
    Fault(
        "a variable of a rule is caught by one of its caller",
        "datalog/checking/rules/substitution.py",
        "**{each: names.variable(each) for each in local}",
        "**{each: each for each in local}",
        RECURSIONS,
    ),
    Fault(
        "two calls of a rule share its variables",
        "datalog/checking/rules/expansion.py",
        "instance(rule, call.arguments, call.source, self.names)",
        "instance(rule, call.arguments, call.source, FreshNames(set(self.names.taken)))",
        ("tests/datalog/test_rules_called.py::test_one_rule_is_called_twice",),
    ),
    Fault(
        "a known argument is pushed into a recursion that changes it",
        "datalog/checking/rules/passing.py",
        "elif wanted not in places:",
        "elif wanted is None:",
        RECURSIONS,
    ),
    Fault(
        "a recursion with another base is taken for the closure of that base",
        "datalog/planning/closures.py",
        "    if any(each.says is not None and each.says not in plain for each in found):\n"
        "        return None\n"
        "    doubled = any(each.says is None for each in found)\n",
        "    doubled = None not in steps\n",
        RECURSIONS,
    ),
    Fault(
        "a recursion stops at a round that finds one row",
        "datalog/sql/rounds.py",
        "WHERE {unfinished} > 0)",
        "WHERE {unfinished} > 1)",
        RECURSIONS,
    ),
    Fault(
        "of two recursive calls only the first is followed by what is new",
        "datalog/planning/plan.py",
        "= inside or (None,)",
        "= inside[:1] or (None,)",
        RECURSIONS,
    ),
    # What is told.
    Fault(
        "the rows of an or are taken to be there once",
        "datalog/planning/steps.py",
        "            return step.single or frozenset(step.variables) <= known\n",
        "            return True\n",
        QUERIES,
    ),
    Fault(
        "with is forgotten",
        "datalog/sql/answer.py",
        "(*map(_variable, _elements(query)), *query.with_)",
        "map(_variable, _elements(query))",
        QUERIES,
    ),
    Fault(
        "an aggregate is grouped by what with names",
        "datalog/sql/answer.py",
        "        if not isinstance(each, Aggregate)\n    }\n",
        "        if not isinstance(each, Aggregate)\n"
        "    } | {each: rows.columns[each] for each in query.with_}\n",
        QUERIES,
    ),
    Fault(
        "rows are cut before they are in order",
        "datalog/sql/answer.py",
        "        rows = _grouped(rows, query, scope)\n",
        "        rows = _grouped(rows, query, scope)\n"
        "    elif query.limit is not None:\n"
        "        rows = _cut(rows, (), _given(query.limit), query, scope).rows\n",
        QUERIES,
    ),
)
