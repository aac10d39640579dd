"""Plants what each check is there for, and sees it found.

    checks_test.py INTACT
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import sys
import tempfile
import unittest

import checks
from agent import Agent
from jobs import write_jobs

INTACT = os.path.abspath(sys.argv.pop(1))
A_RUN = "(SELECT min(run_id) FROM runs WHERE job = 'files-0' AND outcome = 'success')"
A_FAILURE = "(SELECT min(run_id) FROM runs WHERE job = 'fails-0')"


class ChecksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Two runs each of some jobs, and a slot for each run."""
        cls.made = tempfile.mkdtemp(prefix="intact-soak-checks.")
        agent = Agent(INTACT, os.path.join(cls.made, "work"))
        agent.work.mkdir()
        write_jobs(agent)
        for job in ("files-0", "files-0", "fails-0", "fails-0", "pg-main-0", "pg-main-0", "warns-0"):
            agent.run("run", job)
        catalog = sqlite3.connect(agent.state / "catalog.db")
        catalog.execute("INSERT INTO slots SELECT job, started, started, 1, 'run', '', run_id, 1, "
                        "started FROM runs")
        catalog.commit()
        catalog.close()
        (agent.work / "sockets" / "socket").unlink()
        agent.work.rename(os.path.join(cls.made, "pristine"))
        cls.agent = agent

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made)

    def setUp(self):
        shutil.copytree(self.agent.work.with_name("pristine"), self.agent.work)
        self.addCleanup(shutil.rmtree, self.agent.work)
        self.archive = next((self.agent.backups / "files-0").glob("*.tar.zst"))

    def change(self, sql):
        catalog = sqlite3.connect(self.agent.state / "catalog.db")
        with contextlib.closing(catalog):
            self.assertGreater(catalog.execute(sql).rowcount, 0)
            catalog.commit()

    def find(self, *names):
        """Just these checks find something."""
        found = checks.Found(self.agent)
        self.assertEqual({check.__name__ for check in checks.ALL if list(check(found))}, set(names))

    def test_nothing_where_nothing_is_wrong(self):
        self.find()
        self.assertEqual(len(checks.Found(self.agent).runs), 7)
        self.assertEqual(checks.runs_at_once(checks.Found(self.agent)), 1)

    def test_a_run_that_is_not_settled(self):
        self.change(f"UPDATE runs SET outcome = 'running' WHERE run_id = {A_FAILURE}")
        self.find("outcomes")

    def test_a_backup_whose_run_tells_of_none(self):
        self.change(f"UPDATE runs SET outcome = 'interrupted', archive = '' WHERE run_id = {A_RUN}")
        self.find("manifests_have_runs")

    def test_a_backup_without_a_run(self):
        self.change(f"DELETE FROM runs WHERE run_id = {A_RUN}")
        self.find("manifests_have_runs", "slots_are_settled_once")

    def test_a_success_that_published_nothing(self):
        self.change(f"UPDATE runs SET outcome = 'success', archive = 'x' WHERE run_id = {A_FAILURE}")
        self.find("outcomes", "published_runs_lie_there")

    def test_a_replaced_backup_that_came_back(self):
        self.change("UPDATE runs SET started = started - 100000000000, "
                    "finished = finished - 100000000000 WHERE run_id = "
                    "(SELECT max(run_id) FROM runs WHERE job = 'pg-main-0')")
        self.find("published_runs_lie_there")

    def test_figures_of_another_archive(self):
        self.change(f"UPDATE runs SET sha256 = 'x' WHERE run_id = {A_RUN}")
        self.find("published_runs_lie_there")

    def test_a_damaged_archive(self):
        self.archive.write_bytes(self.archive.read_bytes()[::-1])
        self.find("published_runs_lie_there", "backups_are_whole")

    def test_a_missing_archive(self):
        self.archive.unlink()
        self.find("published_runs_lie_there", "backups_are_whole")

    def test_files_that_are_left_over(self):
        for path in (self.archive.with_name(".intact-X.archive"), self.agent.state / "x.tmp"):
            path.touch()
            self.find("nothing_else_lies_there")
            path.unlink()

    def test_a_lock_that_is_held(self):
        for folder in (self.agent.state, self.agent.backups):
            with open(next(folder.rglob("*.lock")), "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.find("locks_are_free")

    def test_slots_that_overlap_or_wait(self):
        self.change("UPDATE slots SET last = last + 100000000000 WHERE job = 'files-0'")
        self.find("slots_are_settled_once")
        self.change("UPDATE slots SET last = first, fate = 'due'")
        self.find("slots_are_settled_once")

    def test_runs_that_overlap(self):
        self.change("UPDATE runs SET finished = finished + 100000000000 WHERE job = 'files-0'")
        self.find("runs_keep_apart")
        self.assertEqual(checks.runs_at_once(checks.Found(self.agent)), 3)


if __name__ == "__main__":
    unittest.main()
