"""The command `headwater`: one module for each command's work. Only here is anything printed.

main             the commands and their options
serve            takes the port; `worker` answers there, `workers` keeps several; `sample` is loaded
transact         files of transactions into the log; `progress` shows how far
schema           apply, print, diff
verify           verify and rebuild
explain          what a GraphQL query becomes
query            a question in Datalog; `asking` shows an answer, `repl` goes on with `completion`
rehearsal        the same as if transactions were written
datoms           datoms, index-range and tx-range
answers          an answer as a table, JSON lines, EDN (`edn`) or CSV
database         where a command finds its database
faults           one line for whatever went wrong
"""
