"""Headwater over HTTP against what else one would serve the same data with.

questions   what is asked, and what is drawn for each request
serving     how a peer is served: uvicorn as Headwater runs it
by_hand     SQL written by hand that returns JSON text
loaders     Strawberry with DataLoader
servers     all three as processes
client      the connection that measures
answers     whether all three say the same, before anything is timed
throughput  many connections at once
measure     the sections: one connection, many, the past, growth
"""
