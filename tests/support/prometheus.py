#!/usr/bin/env python3
"""Has a real Prometheus scrape an agent, and asks it everything that rules and dashboard ask.

    prometheus.py ADDRESS [--scrape JSON] [--textfile FILE]

ADDRESS is HOST:PORT; JSON is merged into the scrape job: scheme, tls_config, basic_auth. FILE goes to the
same server through a real node_exporter. Prints each problem; exit 1 when there is one, 77 without the
programs. All that is started listens on free ports of 127.0.0.1 and has a folder of its own.
"""

import argparse
import contextlib
import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/gates"))
import metrics  # noqa: E402
import metrics_files as files  # noqa: E402

PATIENCE = 90  # seconds
# By Grafana; each covers what was scraped until now.
VARIABLES = {"__rate_interval": "1m", "__range": "1h", "instance": ".*", "backup": ".*"}
# What a file cannot tell: its reader has a process of its own, and nobody asks it for anything.
SCRAPED_ONLY = ("process_", "intact_http_")


def found(name):
    path = shutil.which(name)
    if path is None:
        print(f"SKIPPED: no {name} here")
        sys.exit(files.SKIPPED)
    return path


def until(what, condition):
    """What the condition returns, once it is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    print(f"waited {PATIENCE} s for: {what}")
    sys.exit(1)


@contextlib.contextmanager
def server(folder, *command):
    """Runs it; its address is what it says in its log."""
    log = folder / "log"
    tied = ("setpriv", "--pdeathsig", "KILL", *command)  # it ends with us, however that is
    with log.open("wb") as out, subprocess.Popen(tied, stdout=out, stderr=out, cwd=folder) as process:
        try:
            def address():
                if process.poll() is not None:
                    sys.exit(f"{command[0]} ended:\n{log.read_text(errors='replace')}")
                said = re.search(r'[Ll]istening on" address=([\d.]+:\d+)', log.read_text(errors="replace"))
                return said and said.group(1)
            yield until(f"{command[0]} to listen", address)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


class Prometheus:
    def __init__(self, address):
        self.base = f"http://{address}/api/v1/"

    def get(self, path, **arguments):
        """The data of an answer; an error of the server's as a text."""
        try:
            with urllib.request.urlopen(f"{self.base}{path}?{urllib.parse.urlencode(arguments)}") as said:
                return json.load(said)["data"]
        except urllib.error.HTTPError as error:
            return error.read().decode("utf-8", "replace")

    def query(self, expression):
        """Samples; an error of the server's as a text."""
        data = self.get("query", query=expression)
        return data["result"] if isinstance(data, dict) else data

    def names(self, job):
        return set(self.get("label/__name__/values", **{"match[]": f'{{job="{job}"}}'}))


def configure(folder, arguments, node):
    """The rules as they are shipped, but evaluated at once."""
    rules = files.loaded(ROOT, files.RULES)
    for group in rules["groups"]:
        group.pop("interval", None)
    (folder / "rules.yml").write_text(files.yaml.safe_dump(rules), encoding="utf-8")
    jobs = [{"job_name": "intact", "static_configs": [{"targets": [arguments.address]}],
             **json.loads(arguments.scrape)}]
    if node:
        jobs.append({"job_name": "node", "static_configs": [{"targets": [node]}]})
    (folder / "prometheus.yml").write_text(files.yaml.safe_dump({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"], "scrape_configs": jobs}), encoding="utf-8")


def wait_for_data(asked, jobs):
    """Until each job was scraped often enough for a rate, and each rule evaluated after that."""
    def scraped():
        counts = asked.query("count_over_time(up[1h])")
        return len(counts) == jobs and all(float(one["value"][1]) >= 4 for one in counts)
    until("four scrapes", scraped)
    rules = [rule for group in files.loaded(ROOT, files.RULES)["groups"] for rule in group["rules"]]
    start = time.time()

    def evaluated():
        told = [rule for group in asked.get("rules")["groups"] for rule in group["rules"]]
        return len(told) == len(rules) and all(
            re.match(r"\d{4}", rule["lastEvaluation"]) and seconds_of(rule["lastEvaluation"]) > start
            for rule in told)
    until("every rule to be evaluated", evaluated)


def seconds_of(text):
    """Of a time as Prometheus writes it, without what is below a second."""
    return datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00")).timestamp()


def target_problems(asked):
    for target in asked.get("targets", state="active")["activeTargets"]:
        if target["health"] != "up":
            yield f"{target['labels']['job']}: {target['health']}: {target['lastError']}"


def series_problems(asked, job, families):
    """Names, types and labels of what arrived, both ways."""
    samples = {sample: name for name, family in families.items() for sample in family.samples(name)}
    # node_exporter has a process of its own.
    ours = {name for name in asked.names(job)
            if name.startswith("intact_" if job == "node" else ("intact_", "process_"))}
    yield from (f"{job}: {name}: did not arrive" for name in sorted(samples.keys() - ours))
    yield from (f"{job}: {name}: arrived, and nobody knows of it" for name in sorted(ours - samples.keys()))
    told = {one["metric"]: one["type"] for one in
            asked.get("targets/metadata", match_target=f'{{job="{job}"}}')}
    for name, family in families.items():
        if name in told and told[name] != family.type:
            yield f"{job}: {name}: it is a {told[name]}, not a {family.type}"
    for sample in sorted(samples.keys() & ours):
        labels = {label for one in asked.get("series", **{"match[]": f'{sample}{{job="{job}"}}'})
                  for label in one} - {"__name__", "job", "instance"}
        known = set(families[samples[sample]].labels) - (set() if sample.endswith("_bucket") else {"le"})
        if labels != known:
            yield f"{job}: {sample}: labels {sorted(labels)}, not {sorted(known)}"


def answer_problems(asked, where, expression):
    result = asked.query(expression)
    if isinstance(result, str):
        yield f"{where}: {expression}: {result}"
    elif not result:
        yield f"{where}: {expression}: no data"


def rule_problems(asked, has_textfile):
    """An alert may be quiet, but not for want of data."""
    for group in asked.get("rules")["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                yield f"{rule['name']}: {rule['health']}: {rule.get('lastError')}"
    for rule in files.rules_of(ROOT):
        name = rule.get("alert", rule.get("record"))
        for selector in metrics.metric_names.selectors(rule["expr"]):
            if has_textfile or not selector.metric.startswith("node_"):
                yield from answer_problems(asked, name, selector.text)
        if "record" in rule:
            labels = ",".join(f'{key}="{value}"' for key, value in rule.get("labels", {}).items())
            if "ratio" not in name:  # of runs within the last week, of which there need be none
                yield from answer_problems(asked, name, f"{name}{{{labels}}}")


def dashboard_problems(asked):
    dashboard = json.loads((ROOT / files.DASHBOARD).read_text(encoding="utf-8"))
    for where, expression in [*metrics.targets_of(dashboard), *metrics.variable_queries(dashboard)]:
        expression = re.sub(r"\$\{?(\w+)\}?", lambda found: VARIABLES[found.group(1)], expression)
        yield from answer_problems(asked, f"dashboard, {where}", expression)


def textfile_problems(asked, families):
    told = {name: family for name, family in families.items() if not name.startswith(SCRAPED_ONLY)}
    yield from series_problems(asked, "node", told)
    if not asked.query("node_textfile_scrape_error == 0"):
        yield "node: node_exporter cannot read the file"


def problems(asked, has_textfile):
    families = files.series(ROOT)
    yield from target_problems(asked)
    yield from series_problems(asked, "intact", families)
    yield from rule_problems(asked, has_textfile)
    yield from dashboard_problems(asked)
    if has_textfile:
        yield from textfile_problems(asked, families)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--scrape", default="{}")
    parser.add_argument("--textfile")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="intact-prometheus.")))
        node = None
        if arguments.textfile:
            (made / "node/files").mkdir(parents=True)
            shutil.copy(arguments.textfile, made / "node/files/intact.prom")
            node = stack.enter_context(server(
                made / "node", found("prometheus-node-exporter"), "--web.listen-address=127.0.0.1:0",
                "--collector.disable-defaults", "--collector.textfile",
                f"--collector.textfile.directory={made}/node/files"))
        (made / "prometheus").mkdir()
        configure(made / "prometheus", arguments, node)
        asked = Prometheus(stack.enter_context(server(
            made / "prometheus", found("prometheus"), "--config.file=prometheus.yml",
            "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0")))
        wait_for_data(asked, 2 if node else 1)
        told = list(problems(asked, node is not None))
    for problem in told:
        print(problem)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
