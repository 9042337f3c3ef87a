"""Files of transactions into the log.

load             merged by instant, resumed where a load was interrupted
rehearsal        what transactions would do, without doing it
lines            lines with their numbers and digests; `xz` reads them to the last byte
parsing          strict JSON
ahead            reading and parsing while the writer writes
errors           why a file, or a line, cannot be loaded
"""
