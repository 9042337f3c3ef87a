"""Documents that a request names instead of sending them: trusted ones, and those sent before.

manifests   files and folders to trusted documents; what is wrong with them is told at the start
persisted   the text that a request is about, whichever way it names it
"""
