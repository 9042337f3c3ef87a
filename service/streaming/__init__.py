"""Answers that go on: subscriptions, over a WebSocket or as an event stream.

streams          how many may be open, and that they end when the server leaves
websocket        graphql-transport-ws: one socket, its operations, how it is closed
  messages       what a client says on it
  origins        which pages may open one
event_stream     Server-Sent Events, as graphql-sse has them: one stream for each operation
"""
