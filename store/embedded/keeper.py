"""Run one embedded server until its last user is gone: a process of its own, never imported.

Users that leave stop the server themselves. One that is killed cannot, so this process waits for
the lock that every user shares: whoever gets it exclusively knows that nobody is left. Started by
store/embedded/server.py without our packages, so that it costs little.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path


def main() -> None:
    """Leave the process that started us, run the server, and return when it has ended."""
    order = json.loads(sys.argv[1])
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    server = subprocess.Popen(
        order["command"],
        user=order["user"],
        group=order["group"],
        extra_groups=order["extra_groups"],
        # The server holds the lock that says it is alive; all its processes inherit it.
        pass_fds=[order["alive"]],
    )
    os.close(order["alive"])
    threading.Thread(
        target=_stop_when_unused, args=(server, Path(order["holders"])), daemon=True
    ).start()
    server.wait()
    if order["temporary"] is not None:
        shutil.rmtree(order["temporary"], ignore_errors=True)
    os._exit(0)


def _stop_when_unused(server: subprocess.Popen[bytes], holders: Path) -> None:
    # Never unlocked: who comes now waits until the server, and this process with it, has ended.
    descriptor = os.open(holders, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    server.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
