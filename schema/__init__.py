"""The public GraphQL contract: SDL and schema facts to the schema that is served, and requests.

contract/        the part of it that every catalog shares
sdl/             a catalog in SDL to what it declares, and back
types/           the catalogue to Strawberry types
execution/       requests to responses
errors           the caller's faults that the public schema names
"""
