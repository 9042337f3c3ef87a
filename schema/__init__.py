"""The public GraphQL contract: SDL and schema facts to Strawberry types and back."""
