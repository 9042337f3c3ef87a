"""The story of Larkfield, a made-up streaming service with a shop, as the systems there tell it.

cast          who and what there is: the tables beside this file, as values
journal       what is written down: changes, transactions, and numbers drawn without chance
directory     teams and people: founded, joined, moved, renamed, left
lake          datasets: found, claimed, counted, relinked, renamed, deprecated, deleted
featurestore  features, and the pipelines that write them and the datasets, with their runs
registry      models: trained, judged, cleared away
serving       deployments: opened, switched, rolled back, closed
lab           experiments: planned, started, decided
"""
