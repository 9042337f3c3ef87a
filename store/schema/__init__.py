"""The schema as facts of the log: read into a catalogue, planned, checked, written.

description      the catalogue as descriptions, what is to be said about each schema entity
facts            descriptions as facts, and the catalogue read from the log
assembly         descriptions as a catalogue again
cache            the catalogue as this process knows it
change           what somebody wants, and the plan of what has to change
  rename           the same entities under new names
  merge            what is wanted laid over what is there
  soundness        what a catalogue must be in itself
writer           a change into the log, under the clock's lock
  checks           stored facts that it would break
  tables           the derived tables afterwards
  lifecycles       the entities that it makes ENRICHED, or PARTIAL again
conflict         why a change is refused
"""
