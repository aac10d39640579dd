"""What happens to the daemon and its runs, at random: killed, stopped, told to read its configuration
again. Counts what it did; judges only what can be seen while it happens.
"""

import os
import signal
import time
from collections import Counter

from agent import descendants_of, is_run, wait_for
from jobs import write_main

RUNS_AT_ONCE = 8
TICK = 0.04  # seconds between two looks


class Storm:
    def __init__(self, agent, chance):
        self.agent = agent
        self.chance = chance
        self.done = Counter()
        self.most_at_once = 0

    def begun(self):
        return self.agent.query("SELECT count(*) FROM runs")[0][0] if self.catalog() else 0

    def catalog(self):
        return (self.agent.state / "catalog.db").exists()

    def blow(self, until, kill_daemon):
        """Until so many runs have been begun."""
        looks = 0
        while looks % 10 or self.begun() < until:
            looks += 1
            time.sleep(TICK)
            self.watch()
            self.strike(kill_daemon)

    def watch(self):
        self.agent.look()
        runs = sum(is_run(pid) for pid in self.agent.children())
        self.most_at_once = max(self.most_at_once, runs)

    def strike(self, kill_daemon):
        """At most one blow a look; the figures are chances."""
        at = self.chance.random()
        # Until it is ready, SIGHUP and SIGTERM are what they are for any program.
        is_ready = self.agent.is_ready
        if at < 0.12:
            self.kill_one()
        elif at < 0.14 and is_ready:
            self.done["reloads"] += 1
            self.agent.daemon.send_signal(signal.SIGHUP)
        elif kill_daemon and at < 0.152:
            self.done["daemon killed"] += 1
            self.agent.kill()
            self.agent.start()
        elif kill_daemon and at < 0.156 and is_ready:
            self.done["daemon stopped"] += 1
            self.agent.stop()
            self.agent.start()

    def kill_one(self):
        """A run most of the time, else what a run has started."""
        runs = [pid for pid in self.agent.children() if is_run(pid)]
        below = [pid for run in runs for pid in descendants_of(run)]
        pids = below if below and self.chance.random() < 0.2 else runs
        if not pids:
            return
        try:
            os.kill(self.chance.choice(pids), signal.SIGKILL)
            self.done["runs killed" if pids is runs else "sources killed"] += 1
        except ProcessLookupError:
            pass

    def calm(self):
        """No job is due any more, and nothing is on."""
        write_main(self.agent, RUNS_AT_ONCE, enabled=False)
        self.agent.reload()
        self.await_idle()

    def await_idle(self):
        wait_for("everything to end", lambda: not self.agent.children() and
                 not self.agent.query("SELECT job FROM slots WHERE fate = 'due'"))
