"""The jobs of the soak: due every second, small, of every kind that ends in its own way."""

import os
import random
import stat

COMPRESSIONS = ("zstd", "gzip", "none")


def files(work, _index):
    return f'type  = "files"\npaths = ["{work}/tree"]'


def stream(work, index):
    size = 1000 + 40000 * index
    return command(f"head -c {size} {work}/noise")


def tree_stream(work, _index):
    return command(f"tar -C {work}/tree -c .", "tar")


def command(script, form="raw"):
    return f'type    = "command"\ncommand = ["sh", "-c", "{script}"]\nformat  = "{form}"'


def socket(work, _index):
    """There is something in it that no archive holds."""
    return f'type  = "files"\npaths = ["{work}/sockets"]'


def fails(work, _index):
    return command(f"head -c 5000 {work}/noise; exit 1")


def ends_early(work, _index):
    return command(f"tar -C {work}/tree -c . | head -c 3000", "tar")


def second_time(work, index):
    """Each second attempt succeeds."""
    flag = f"{work}/flag-{index}"
    return command(f"mkdir {flag} 2>&- && exit 3; rmdir {flag}; head -c 9000 {work}/noise")


# kind: how many, its source, more of its file, the outcomes of a run that nobody disturbs
KINDS = {
    "files": (6, files, "", {"success"}),
    "stream": (5, stream, "", {"success"}),
    "pg-main": (3, tree_stream, 'name = "pg-main"', {"success"}),
    "warns": (2, socket, "", {"warning"}),
    "fails": (2, fails, "", {"failure"}),
    "early": (2, ends_early, "", {"failure"}),
    "retries": (4, second_time, "", {"success", "failure"}),
}


def mksocket(path):
    os.mknod(path, 0o600 | stat.S_IFSOCK)


def kind_of(job):
    return job.rpartition("-")[0]


def write_jobs(agent):
    folder = agent.config / "jobs.d"
    folder.mkdir(parents=True)
    (agent.work / "tree" / "deep").mkdir(parents=True)
    agent.backups.mkdir()
    (agent.work / "sockets").mkdir()
    mksocket(agent.work / "sockets" / "socket")
    noise = random.Random(0).randbytes(200_000)
    (agent.work / "noise").write_bytes(noise)
    for index in range(12):
        (agent.work / "tree" / "deep" / f"file{index}").write_bytes(noise[:index * 1000])
    for kind, (count, source, name, _) in KINDS.items():
        for index in range(count):
            destination = agent.backups / f"{kind}-{index}"
            destination.mkdir()
            (folder / f"{kind}-{index}.toml").write_text(f"""\
[schedule]
calendar = "*:*:*"

[source]
{source(agent.work, index)}

[archive]
compression = "{COMPRESSIONS[index % 3]}"

[destination]
path = "{destination}"
{name}

[run]
retries     = {2 if kind == "retries" else 0}
retry_delay = "50ms"
""")


def write_main(agent, runs_at_once, enabled):
    """intact.toml, put in place whole: a daemon that is just starting may read it."""
    text = f"""\
[daemon]
max_concurrent_runs     = {runs_at_once}
max_runs_per_filesystem = {runs_at_once}
shutdown_grace          = "20s"

[defaults]
enabled = {"true" if enabled else "false"}
"""
    (agent.config / "intact.toml.new").write_text(text)
    (agent.config / "intact.toml.new").rename(agent.config / "intact.toml")
