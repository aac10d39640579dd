"""Holds the catalog to what lies at the destinations, and both to what must be true of any run. Each
check yields what is wrong, one line each.
"""

import fcntl
import hashlib
import json
import subprocess
from collections import defaultdict

from jobs import KINDS, kind_of

PUBLISHED = {"success", "warning"}
FINAL = PUBLISHED | {"failure", "cancelled", "interrupted"}
MANIFEST = ".manifest.json"


class Found:
    """Everything that is left when the daemon has ended."""

    def __init__(self, agent):
        self.agent = agent
        self.runs = agent.query("SELECT * FROM runs ORDER BY started, run_id")
        self.slots = agent.query("SELECT * FROM slots ORDER BY job, first")
        self.manifests = {path: json.loads(path.read_text())
                          for path in sorted(agent.backups.rglob(f"*{MANIFEST}"))}
        self.run = {run["run_id"]: run for run in self.runs}


def text_of(run):
    return f"run {run['run_id']} of {run['job']} ({run['outcome']})"


def outcomes(found):
    for run in found.runs:
        allowed = KINDS[kind_of(run["job"])][3] | {"failure", "interrupted", "cancelled"}
        if run["outcome"] not in FINAL:
            yield f"{text_of(run)} is not settled"
        elif run["outcome"] not in allowed:
            yield f"{text_of(run)} cannot have come to that"
        if (run["outcome"] in PUBLISHED) != bool(run["archive"]):
            yield f"{text_of(run)} has the archive '{run['archive']}'"


def published_runs_lie_there(found):
    newest = {(run["job"], run["archive"]): run["run_id"]
              for run in found.runs if run["outcome"] in PUBLISHED}
    for run in found.runs:
        if newest.get((run["job"], run["archive"])) != run["run_id"]:
            # Not published, or replaced by a later one, which only a fixed name allows.
            if run["outcome"] in PUBLISHED and kind_of(run["job"]) != "pg-main":
                yield f"{text_of(run)} shares its name with another"
            continue
        archive = found.agent.backups / run["job"] / run["archive"]
        manifest = found.manifests.get(archive.with_name(archive.name + MANIFEST))
        if not archive.exists() or manifest is None:
            yield f"{text_of(run)}: {archive} or its manifest is not there"
            continue
        data = archive.read_bytes()
        if len(data) != run["bytes_written"]:
            yield f"{text_of(run)}: {archive} has {len(data)} bytes, not {run['bytes_written']}"
        if hashlib.sha256(data).hexdigest() != run["sha256"]:
            yield f"{text_of(run)}: {archive} has another SHA-256"
        if manifest["run"] != run["run_id"]:
            yield f"{text_of(run)}: the manifest is of run {manifest['run']}"


def manifests_have_runs(found):
    for path, manifest in found.manifests.items():
        run = found.run.get(manifest["run"])
        if run is None:
            yield f"{path}: the catalog has no run {manifest['run']}"
        elif run["outcome"] not in PUBLISHED:
            yield f"{path}: is there, but {text_of(run)}"


def backups_are_whole(found):
    for job in sorted({manifest["job"] for manifest in found.manifests.values()}):
        verified = found.agent.run("verify", job, "--all")
        if verified.returncode != 0:
            yield f"'intact verify {job} --all' ended with {verified.returncode}: {verified.stderr}"
    for path in sorted(found.agent.backups.rglob("*.sha256")):
        checked = subprocess.run(["sha256sum", "--quiet", "-c", path.name], cwd=path.parent,
                                 capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            yield f"sha256sum -c {path}: {checked.stderr}"


def nothing_else_lies_there(found):
    for path in sorted(found.agent.backups.rglob("*")):
        if path.is_file() and path.suffix != ".lock":
            name = path.name.removesuffix(".sha256").removesuffix(MANIFEST)
            if path.with_name(name + MANIFEST) not in found.manifests:
                yield f"{path} belongs to no backup"
    for path in sorted(found.agent.state.rglob("*")):
        is_ours = path.name in {"catalog.db", "catalog.db-wal", "catalog.db-shm"} or \
            path.parent.name == "locks" and path.suffix == ".lock"
        if path.is_file() and not is_ours:
            yield f"{path} is left in the state directory"


def locks_are_free(found):
    for folder in (found.agent.backups, found.agent.state):
        for path in sorted(folder.rglob("*.lock")):
            with open(path, "rb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    yield f"{path} is still held"


def slots_are_settled_once(found):
    last = defaultdict(int)
    for slot in found.slots:
        name = f"slot {slot['first']} of {slot['job']} ({slot['fate']} {slot['reason']})"
        if slot["fate"] == "due":
            yield f"{name} is not settled"
        if slot["first"] <= last[slot["job"]]:
            yield f"{name} begins within the one before"
        last[slot["job"]] = slot["last"]
        run = found.run.get(slot["run_id"])
        if slot["fate"] == "run" and run is None:
            yield f"{name}: the catalog has no run '{slot['run_id']}'"
        if run is not None and run["job"] != slot["job"]:
            yield f"{name}: {text_of(run)} is of another job"


def runs_keep_apart(found):
    """Of an interrupted run only the beginning is known."""
    last = {}
    for run in found.runs:
        before = last.get(run["job"])
        if before is not None and (before["finished"] or before["started"]) > run["started"]:
            yield f"{text_of(run)} began before {text_of(before)} had ended"
        last[run["job"]] = run


def runs_at_once(found):
    """The most that were on at a time."""
    changes = []
    for run in found.runs:
        changes += [(run["started"], 1), (run["finished"] or run["started"] + 1, -1)]
    on = most = 0
    for _, change in sorted(changes):
        on += change
        most = max(most, on)
    return most


ALL = (outcomes, published_runs_lie_there, manifests_have_runs, backups_are_whole,
       nothing_else_lies_there, locks_are_free, slots_are_settled_once, runs_keep_apart)
