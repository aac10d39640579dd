"""Thousands of real short runs while runs and the daemon are killed at random: afterwards the catalog
must tell the truth about what lies at the destinations, and nothing may be left over.

    soak.py [--runs N] [--seed N] [--keep] INTACT      INTACT: the built program, intactd beside it

With INTACT_EXTENT=full, as 'tests/run.sh --full' has it, there are 2,000 runs. The seed is also taken
from INTACT_SEED; it gives what is killed and when, as far as that depends on us.
--keep leaves everything where it is, to be looked at.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter

import checks
from agent import Agent, wait_for
from jobs import write_jobs, write_main
from storm import RUNS_AT_ONCE, Storm

MOST_GROWTH_KIB = 8 << 10
SHOWN = 40


class Soak:
    def __init__(self, agent, storm, runs):
        self.agent = agent
        self.storm = storm
        self.runs = runs
        self.problems = []

    def expect(self, is_right, problem):
        if not is_right:
            self.problems.append(problem)

    def one_long_life(self):
        """Of one daemon, while its runs are killed: it must be afterwards what it was before."""
        write_main(self.agent, RUNS_AT_ONCE, enabled=False)
        self.agent.start()
        self.agent.await_start()
        self.agent.reload()
        self.agent.await_rest()
        fds, memory = self.agent.descriptors(), self.agent.resident_kib()
        write_main(self.agent, RUNS_AT_ONCE, enabled=True)
        self.agent.reload()
        self.storm.blow(self.runs // 2, kill_daemon=False)
        self.storm.calm()
        self.agent.await_rest()
        grown = self.agent.resident_kib() - memory
        self.expect(self.agent.descriptors() == fds,
                    f"the daemon has the descriptors {self.agent.descriptors()}, had {fds}")
        self.expect(grown <= MOST_GROWTH_KIB, f"the daemon has grown by {grown} KiB")
        print(f"one life of {self.storm.begun()} runs: {len(fds)} descriptors before and after, "
              f"{memory} KiB resident, grown by {grown} KiB")

    def many_lives(self):
        write_main(self.agent, RUNS_AT_ONCE, enabled=True)
        self.agent.reload()
        self.storm.blow(self.runs, kill_daemon=True)

    def end(self):
        """A last start settles what the last death left; a stop, and nothing is on."""
        write_main(self.agent, RUNS_AT_ONCE, enabled=False)
        self.agent.kill()
        self.agent.start()
        self.agent.await_start()
        self.storm.await_idle()
        self.agent.stop()
        wait_for("all processes to end", lambda: not self.agent.leftover_processes())

    def judge(self):
        found = checks.Found(self.agent)
        for check in checks.ALL:
            self.problems.extend(check(found))
        most = max(checks.runs_at_once(found), self.storm.most_at_once)
        self.expect(most <= RUNS_AT_ONCE, f"{most} runs were on at once")
        self.expect(len(found.runs) >= self.runs, f"only {len(found.runs)} runs were made")
        fates = Counter(f"{slot['fate']} {slot['reason']}".strip() for slot in found.slots)
        print(f"tally: soak: {len(found.runs)} runs:",
              told(Counter(run["outcome"] for run in found.runs)))
        print(f"tally: soak: {len(found.manifests)} backups; at most {most} runs at once;",
              told(self.storm.done))
        print("records of slots:", told(fates))


def told(counter):
    return ", ".join(f"{number} {name}" for name, number in sorted(counter.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int,
                        default=2000 if os.environ.get("INTACT_EXTENT") == "full" else 500)
    parser.add_argument("--seed", type=int,
                        default=int(os.environ.get("INTACT_SEED") or random.randrange(1 << 32)))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("intact")
    options = parser.parse_args()
    print(f"INTACT_SEED={options.seed}", flush=True)
    begun = time.monotonic()
    work = tempfile.mkdtemp(prefix="intact-soak.")
    agent = Agent(os.path.abspath(options.intact), work)
    soak = Soak(agent, Storm(agent, random.Random(options.seed)), options.runs)
    try:
        write_jobs(agent)
        soak.one_long_life()
        soak.many_lives()
        soak.end()
        soak.judge()
    finally:
        agent.end()
        if options.keep:
            print(f"everything lies in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    print(f"tally: soak: {time.monotonic() - begun:.0f} s, {len(soak.problems)} problems")
    for problem in soak.problems[:SHOWN]:
        print(problem)
    return 1 if soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
