"""Rules, alerts, dashboard and manual of the metrics, held to the series that the agent exports.

    metrics.py series|rules|units|conventions|coverage|scrape|names|dashboard|grafana|manual ROOT

Prints each problem; exit 1 when there is one, 77 when the check cannot run here. metrics_test.py plants
a problem of each kind and sees it found.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import checks
from metrics_files import (CONTRACT, DASHBOARD, RULES, UNITS, alerts_of, loaded, metric_names, promtool,
                           records_of, rules_of, series, yaml)
from metrics_pages import check_dashboard, check_grafana, check_manual

# What others export: Prometheus of each target, and node_exporter of the files that it passes on.
FOREIGN = {"up", "node_textfile_mtime_seconds"}
# Labels that a server adds to each series.
_TARGET_LABELS = {"job", "instance"}
# Labels whose values are the user's, and not of a closed list.
_OPEN_LABELS = _TARGET_LABELS | {"backup", "file"}


def check_series(root):
    """The exposition itself: names, units, types and helps by Prometheus' own rules."""
    status, said = promtool("check", "metrics", stdin=checks.read(root, CONTRACT))
    if status != 0 or said:
        yield from said.splitlines() or [f"promtool check metrics ends with {status}"]
    for name, family in series(root).items():
        if family.type not in ("gauge", "counter", "histogram"):
            yield f"{name}: type {family.type}"
        if family.labels.keys() & _TARGET_LABELS:
            yield f"{name}: a server renames the labels {_TARGET_LABELS}"
        if name.startswith("intact_job_") and "backup" not in family.labels:
            yield f"{name}: no label says which job"


def check_rules(root):
    status, said = promtool("check", "rules", "--lint-fatal", RULES, cwd=root)
    if status != 0:
        yield said.strip()


def check_units(root):
    status, said = promtool("test", "rules", *UNITS, cwd=root)
    if status != 0:
        yield said.strip()


def check_conventions(root):
    for name, rule in alerts_of(root).items():
        notes = rule.get("annotations", {})
        if not re.fullmatch(r"Intact([A-Z][a-z]+)+", name):
            yield f"{name}: not a name in words that begins with Intact"
        if rule.get("labels", {}).keys() != {"severity"} or \
                rule["labels"]["severity"] not in ("critical", "warning", "info"):
            yield f"{name}: the one label is a severity: critical, warning or info"
        if notes.keys() != {"summary", "description", "runbook"}:
            yield f"{name}: summary, description and runbook are what an alert says"
            continue
        if "{{" in notes["summary"] or not notes["summary"].endswith("."):
            yield f"{name}: a summary is a sentence without values"
        if "$labels." not in notes["description"]:
            yield f"{name}: the description does not say where"
        if notes["runbook"] != f"man intact-metrics(7), {name}":
            yield f"{name}: the runbook is not its section in the manual"
    for name in sorted(records_of(root)):
        if not re.fullmatch(r"(instance|backup):intact_\w+:[a-z0-9_]+", name):
            yield f"{name}: not level:metric:operation"


def check_coverage(root):
    """Each rule stands in the unit tests both ways; whether they tell is what metrics_test.py tries."""
    fires, quiet, samples = set(), set(), {}
    for path in UNITS:
        for test in loaded(root, path)["tests"]:
            for case in test.get("alert_rule_test", []):
                (fires if case["exp_alerts"] else quiet).add(case["alertname"])
            for case in test.get("promql_expr_test", []):
                told = samples.setdefault(case["expr"].replace(" ", ""), set())
                told.add(str(sorted(map(str, case["exp_samples"]))))
    alerts = set(alerts_of(root))
    for missing, what in ((alerts - fires, "no test sees it fire"),
                          (alerts - quiet, "no test sees it quiet"),
                          ((fires | quiet) - alerts, "tested, but no rule")):
        yield from (f"{name}: {what}" for name in sorted(missing))
    for rule in (rule for rule in rules_of(root) if "record" in rule):
        labels = ",".join(f'{key}="{value}"' for key, value in rule.get("labels", {}).items())
        expression = rule["record"] + (f"{{{labels}}}" if labels else "")
        if len(samples.get(expression, ())) < 2 and "{" in expression or not samples.get(expression):
            yield f"{expression}: no two tests with different results"


def check_scrape(root):
    """Each example as promtool takes it, with the files in place that it names."""
    examples = sorted((root / "config/prometheus").glob("scrape*.yml"))
    if len(examples) < 3:
        yield "config/prometheus: the examples are one host, a fleet in files, a fleet in DNS"
    for example in examples:
        text = example.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for path in set(re.findall(r"/(?:etc|usr/share)/[\w./-]+", text)):
                if "*" not in path and not path.endswith("/"):
                    there = Path(folder + path)
                    there.parent.mkdir(parents=True, exist_ok=True)
                    there.write_text("x", encoding="utf-8")
            rules = Path(folder, "usr/share/intact/prometheus/intact.rules.yml")
            if rules.exists():
                shutil.copy(root / RULES, rules)
            pair = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                    "-keyout", "prometheus.key", "-out", "prometheus.pem")
            if Path(folder, "etc/prometheus/prometheus.key").exists():
                subprocess.run(["openssl", "req", "-x509", *pair], check=True, capture_output=True,
                               cwd=Path(folder, "etc/prometheus"))
            copy = Path(folder, "prometheus.yml")
            copy.write_text(re.sub(r"(?<![\w.])/(?=etc/|usr/share/)", folder + "/", text), "utf-8")
            status, said = promtool("check", "config", str(copy))
        if status != 0:
            yield f"{example.name}: {said.strip()}"
        if "rules found" not in said:
            yield f"{example.name}: loads no rules"
        if not any(job["job_name"] == "intact" for job in yaml.safe_load(text)["scrape_configs"]):
            yield f"{example.name}: the alerts take the job to be named intact"


def targets_of(dashboard):
    """(title of the panel, expression) of every query, rows included."""
    for panel in dashboard["panels"]:
        for inner in [panel, *panel.get("panels", [])]:
            for target in inner.get("targets", []):
                yield inner.get("title", "?"), target["expr"]


def variable_queries(dashboard):
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            metric = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            yield f"variable {variable['name']}", metric.group(1)


def expressions(root):
    """(where, expression, metrics that only exist beside it) of all that asks a server."""
    recorded = records_of(root)
    for rule in rules_of(root):
        # A rule that needs another one would be silent where that is not loaded.
        yield rule.get("alert", rule.get("record")), rule["expr"], set()
    dashboard = json.loads(checks.read(root, DASHBOARD))
    for where, expression in [*targets_of(dashboard), *variable_queries(dashboard)]:
        yield f"dashboard, {where}", expression, set()
    for path in UNITS:
        for test in loaded(root, path)["tests"]:
            for given in test["input_series"]:
                # Of a version there is no list.
                yield f"test '{test['name']}'", given["series"], {"intact_build_info"}
            for case in test.get("promql_expr_test", []):
                yield f"test '{test['name']}'", case["expr"], recorded


def selector_problems(selector, samples):
    """What is wrong with a selector, by the families that there are."""
    family = samples.get(selector.metric)
    if family is None:
        yield "no such series"
        return
    for label, operator, value in selector.matchers:
        if label not in family.labels and label not in _TARGET_LABELS:
            yield f"it has no label {label}"
        elif label not in _OPEN_LABELS and "$" not in value:
            options = value.split("|") if operator.endswith("~") else [value]
            for option in set(options) - family.labels[label]:
                yield f'no {label} is ever "{option}"'


def check_names(root):
    samples = {sample: family for name, family in series(root).items()
               for sample in family.samples(name)}
    for where, expression, besides in expressions(root):
        selectors = metric_names.selectors(expression)
        if not selectors:
            yield f"{where}: asks for nothing"
        labels = set(_TARGET_LABELS)
        for selector in selectors:
            if selector.metric not in FOREIGN | besides:
                labels |= samples[selector.metric].labels.keys() if selector.metric in samples else set()
                for problem in selector_problems(selector, samples):
                    yield f"{where}: {selector.text}: {problem}"
        for label in set(metric_names.grouping_labels(expression)) - labels:
            yield f"{where}: none of its series has a label {label}"


CHECKS = {"series": check_series, "rules": check_rules, "units": check_units,
          "conventions": check_conventions, "coverage": check_coverage, "scrape": check_scrape,
          "names": check_names, "dashboard": check_dashboard, "grafana": check_grafana,
          "manual": check_manual}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, CHECKS, folders=("ROOT",)))
