"""A catalog in SDL to the schema that it declares, and back.

catalog          parse: the whole way, every problem with line and column
read             what each definition says by itself
  draft            the declaration so far, and what is wrong
  directives       where each may stand, and what it takes
  fields           attributes, references, relations, properties
merge            the file beside the schema that is there
check            what the definitions must be to each other
  interfaces       whether types keep what their interfaces promise
names            reserved and generated names, plurals
printing         the catalogue as SDL again
"""
