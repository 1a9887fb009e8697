"""What a process of its own is asked to do in tests: answer, hang, crash."""

import os
import signal
import time


def act(what: str) -> str:
    if what == "hang":
        time.sleep(60)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    print("noise on the standard output")
    return what.upper()
