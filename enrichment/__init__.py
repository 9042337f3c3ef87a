"""Jobs that hydrate entities and materialise edges."""
