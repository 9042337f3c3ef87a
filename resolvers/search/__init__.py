"""Search: entities by the words of their texts.

field       the root field `search`: which entities, in which order, of which types
suggest     the root field `suggest`: names that a text may go on to
looking     what is looked into, and for what: attributes, texts
highlights  where in a value it was found
words       the words of a text, and where they stand in it
"""
