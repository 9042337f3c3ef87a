"""The part of the served schema that every catalog shares.

*.graphql        by topic, with descriptions; `extend type Query` adds a topic's root fields
fixed            the files, read into values
declared         types as values, before Strawberry
conditions       what the members of filters mean
"""
