"""Where the metrics' rules, dashboard and manual are, and what they are read with."""

import subprocess
import sys
from pathlib import Path

from checks import skip, tool

try:
    import yaml
except ImportError:
    skip("no python3-yaml here")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import metric_names  # noqa: E402

RULES = "config/prometheus/intact.rules.yml"
UNITS = ("config/prometheus/intact.rules_test.yml", "config/prometheus/intact.history_test.yml")
DASHBOARD = "config/grafana/intact.json"
ALERTS = "config/grafana/provisioning/alerting/intact.yml"
PROVIDER = "config/grafana/provisioning/dashboards/intact.yml"
MANUAL = "man/intact-metrics.7.scd"
CONTRACT = "tests/data/metrics/contract.prom"

def series(root):
    """What the agent exports: families by name. All checks take it from here."""
    return metric_names.exposition((root / CONTRACT).read_text(encoding="utf-8"))


def loaded(root, path):
    return yaml.safe_load((root / path).read_text(encoding="utf-8"))


def rules_of(root):
    """Alerts and recording rules, in order."""
    return [rule for group in loaded(root, RULES)["groups"] for rule in group["rules"]]


def alerts_of(root):
    return {rule["alert"]: rule for rule in rules_of(root) if "alert" in rule}


def records_of(root):
    return {rule["record"] for rule in rules_of(root) if "record" in rule}


def promtool(*arguments, stdin=None, cwd=None):
    done = subprocess.run([tool("promtool"), *arguments], input=stdin, stdout=subprocess.PIPE, cwd=cwd,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout
