"""The web page that walks the graph."""
