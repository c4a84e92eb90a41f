"""Starts a program that waits for its input, and says what whoever runs as the same user learns of it: whether its memory
can be read while it waits, and whether it leaves a core when it crashes."""

import os
import resource
import signal
import subprocess
import sys

_, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


def state():
    with open(f"/proc/{child.pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


while state() != "S":
    os.sched_yield()
try:
    with open(f"/proc/{child.pid}/maps") as maps, open(f"/proc/{child.pid}/mem", "rb") as memory:
        memory.seek(int(maps.read().split("-", 1)[0], 16))
        print(f"user {os.getuid()}: memory {'read' if memory.read(4) else 'empty'}")
except PermissionError:
    print(f"user {os.getuid()}: memory refused")
os.kill(child.pid, signal.SIGABRT)
_, status = os.waitpid(child.pid, 0)
print(f"ended by {os.WTERMSIG(status)}, {'with' if os.WCOREDUMP(status) else 'without'} a core")
