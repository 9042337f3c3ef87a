"""Pulls: a map of what an entity has, and of what it leads to, as JSON text.

pull         a pattern to an expression that gives the text
  patterns     what a pattern names: `*` spelled out, components, what belongs to an edge
  walk         a pattern that repeats itself, down to any depth
  targets      the entities that an attribute leads to
  values       the text of one value
  subject      the entity that a pattern tells of, and the rows that tell it
"""
