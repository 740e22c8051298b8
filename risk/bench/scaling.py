"""Replays a deal on one thread and on two, few paths and many, and prints a table of time and memory.

Argument: the program `sluice`.
"""

import os
import subprocess
import sys
import time

print("| replays of 30 days | threads | time | of all threads | memory |")
print("|---|---|---|---|---|")
for paths in ["2000", "20000"]:
    for threads in ["1", "2"]:
        command = [sys.argv[1], "risk", "stress", "--deal", "eth-btc-credit", "--market", "eth-btc"]
        command += ["--paths", paths, "--threads", threads, "--format", "csv", "--out", os.devnull]
        start = time.perf_counter()
        replay = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(replay.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            sys.exit("the replay fails")
        print(f"| {paths} | {threads} | {seconds:.1f} s | {used.ru_utime:.1f} s | {used.ru_maxrss / 1024:.0f} MB |", flush=True)
