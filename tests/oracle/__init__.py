"""The naive model of a history: plain Python over JSON lines, sharing no code with the engine.

catalog.py reads what the model needs of an SDL catalog, history.py replays transactions, lineage.py
walks the graph, timeline.py tells what each transaction did, searching.py finds words, texts.py
says in what, found.py compares what was found.

drawing.py draws requests for lineage, exploring.py asks them as an explorer would, and comparing.py
holds the answers to the model's.
"""
