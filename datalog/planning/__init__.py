"""What is read for a query, and in which order.

access           rows of tables, each with the places that its columns fill
grouping         clauses grouped by the row that is read for them
row_terms        what the rows mention, and what tells one from another
cost             what reading a row costs, roughly
steps            the steps of a plan, what they bind, whether they can repeat a row
existence        what need only exist
plan             in which order the rows of a level are read
"""
