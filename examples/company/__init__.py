"""The story of Larkfield, a made-up streaming service with a shop, as the systems there tell it.

cast        who and what there is: the tables beside this file, as values
journal     what is written down: changes, transactions, and numbers drawn without chance
directory   teams and people: founded, joined, moved, renamed, left
lake        datasets, features and pipelines: found, claimed, relinked, deprecated, deleted
registry    models: trained, promoted, deployed, cleared away
lab         experiments: planned, started, decided
"""
