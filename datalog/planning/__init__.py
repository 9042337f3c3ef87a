"""What is read for a query, and in which order.

statistics       how many facts there are of what, and how many different
access           rows of tables, each with the places that its columns fill
grouping         clauses grouped by the row that is read for them
row_terms        what the rows mention, and what tells one from another
cost             what reading a row gives and costs, by the statistics
steps            the steps of a plan, what they bind, whether they can repeat a row
ranges           what a comparison with a constant leaves of an attribute
estimates        what each step gives and costs
canonical        clauses in an order of their own
existence        what need only exist
order            the cheapest order of the steps
recursion        a call of a recursive rule as `relations`, by what is bound; `closures` are turned
seeding          one walk from many starts
plan             how the rows of a level are read
scans            does a plan read the whole log
explanation      which clauses each step answers
"""
