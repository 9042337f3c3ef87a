"""The running process: settings, command line, Starlette app, health and logs."""
