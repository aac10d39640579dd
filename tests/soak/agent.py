"""The agent as a program that is started, signalled and killed: the daemon, its processes, its catalog.
Knows no rule that they must keep.
"""

import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

PATIENCE = 60  # seconds; longer than anything takes that is not stuck


def wait_for(what, condition):
    """Until the condition holds; what it returns."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE} s for {what}")
        time.sleep(0.02)
    return found


def read(path):
    """Of a file in /proc: empty when its process is gone."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def is_alive(pid):
    """A zombie is gone but for its number."""
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[:1] not in ([], [b"Z"])


def children_of(pid):
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(child) for task in tasks
            for child in read(f"/proc/{pid}/task/{task}/children").split()]


def descendants_of(pid):
    found = children_of(pid)
    for one in found:
        found.extend(children_of(one))
    return found


def words_of(pid):
    return read(f"/proc/{pid}/cmdline").split(b"\0")


def is_run(pid):
    return b"run" in words_of(pid)


class Agent:
    """`work` is an empty folder; everything of the agent lies below it."""

    def __init__(self, intact, work):
        self.intact = intact
        self.work = Path(work)
        self.config = self.work / "config"
        self.state = self.work / "state"
        self.backups = self.work / "backups"
        self.environment = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.work),
            "INTACT_CONFIG_DIR": str(self.config), "INTACT_STATE_DIR": str(self.state)}
        self.daemon = None
        self.lives = 0
        self.is_ready = False

    # The one place that knows how a daemon is begun.
    def start(self):
        self.lives += 1
        self.is_ready = False
        with open(self.log, "wb") as log:
            self.daemon = subprocess.Popen(
                [Path(self.intact).with_name("intactd"), "--no-bus"], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def log(self):
        return self.work / f"daemon.{self.lives}.log"

    def await_start(self):
        wait_for("the daemon to be ready", self.look)

    def look(self):
        """Whether it is ready; that it lives is taken for granted."""
        if self.daemon.poll() is not None:
            raise RuntimeError(f"the daemon ended with {self.daemon.returncode}, see {self.log}")
        self.is_ready = self.is_ready or b"info: started" in read(self.log)
        return self.is_ready

    def reload(self):
        """SIGHUP, and until it is done."""
        before = read(self.log).count(b"info: reloaded: ")
        self.daemon.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: self.look() and
                 read(self.log).count(b"info: reloaded: ") > before)

    def stop(self):
        """SIGTERM: runs that are on come to their end."""
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(timeout=PATIENCE)
        if status != 0:
            raise RuntimeError(f"the daemon ended with {status}, see {self.log}")

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()

    def end(self):
        """Whatever happened: nothing of it stays behind."""
        if self.daemon and self.daemon.poll() is None:
            self.kill()

    def children(self):
        return children_of(self.daemon.pid)

    def await_rest(self):
        """Until nothing is on, nor a look at the destinations; each holds descriptors of the daemon."""
        wait_for("the daemon to have no process and no pipe to one", lambda: not self.children() and
                 "pipe" not in self.descriptors())

    def descriptors(self):
        return sorted(os.readlink(f"/proc/{self.daemon.pid}/fd/{number}").split(":[")[0]
                      for number in os.listdir(f"/proc/{self.daemon.pid}/fd"))

    def resident_kib(self):
        for line in read(f"/proc/{self.daemon.pid}/status").splitlines():
            if line.startswith(b"VmRSS:"):
                return int(line.split()[1])
        return 0

    def leftover_processes(self):
        """Those that stem from here, by their words or environment, whoever their parent is by now."""
        mark = os.fsencode(self.work)
        return [pid for pid in (int(name) for name in os.listdir("/proc") if name.isdigit())
                if pid != os.getpid() and is_alive(pid) and
                (mark in read(f"/proc/{pid}/cmdline") or mark in read(f"/proc/{pid}/environ"))]

    def run(self, *words):
        return subprocess.run([self.intact, *words], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def query(self, sql):
        path = self.state / "catalog.db"
        if not path.exists():
            return []
        catalog = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE)
        catalog.row_factory = sqlite3.Row
        try:
            return catalog.execute(sql).fetchall()
        finally:
            catalog.close()
