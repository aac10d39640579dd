"""A program in a session of its own, at a terminal that somebody types at.

    at_terminal.py SCREEN STATUS [AWAITED KEYS]... -- COMMAND...

KEYS, with escapes such as \\n and \\x03, are typed once AWAITED has appeared since the keys before. What
the screen showed goes to the file SCREEN. Exit 1, with the reason, when the command does not end with
STATUS within a minute.
"""

import os
import pty
import select
import sys
import time


def main(screen_file, expected, *words):
    end_of_keys = words.index("--")
    steps = [word.encode().decode("unicode_escape").encode() for word in words[:end_of_keys]]
    command = words[end_of_keys + 1:]
    child, screen = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    shown, seen, end = b"", 0, time.monotonic() + 60
    while True:
        if not select.select([screen], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(child, 9)
            sys.exit(f"it hangs, after: {shown!r}")
        try:
            part = os.read(screen, 4096)
        except OSError:
            part = b""
        if not part:
            break
        shown += part
        if steps and steps[0] in shown[seen:]:
            seen = len(shown)
            os.write(screen, steps[1])
            del steps[:2]
    with open(screen_file, "wb") as file:
        file.write(shown)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != int(expected) or steps:
        sys.exit(f"ended with {status}, not asked {steps}: {shown!r}")


main(*sys.argv[1:])
