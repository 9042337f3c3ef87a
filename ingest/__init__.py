"""Other tools' events and files to facts."""
