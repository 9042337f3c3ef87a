"""What Datalog costs beside SQL written by hand, in any order of clauses, at any time.

cases         a query beside the SQL that an expert would write for the same tables
on_histories  ten of them over the real histories
on_graph      ten of them over the generated graph
asked         a query compiled and made ready to run, and its rows
by_hand       SQL written by hand, with the ids of the catalogue filled in, and its rows
queries       every case against the SQL written by hand
orders        the best order of clauses against the worst
past          the present against the middle of the log
closures      what a node reaches, with depths and without, against WITH RECURSIVE
measure       all of them in one go, as tables, goals and figures
"""
