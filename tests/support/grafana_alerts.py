#!/usr/bin/env python3
"""Makes the alerts that Grafana manages itself from Prometheus' rules, so that both ask the same.

    grafana_alerts.py RULES >PROVISIONING

Grafana fires on a condition, Prometheus on any sample that an expression returns: the expression
'is_number(…)' makes the one of the other. No sample is the ordinary case, hence noDataState OK; that
nothing arrives at all is what IntactAgentAbsent asks for.
"""

import re
import sys

import yaml

HEAD = """\
# The alerts of intact.rules.yml for a Grafana that evaluates them itself; not beside a Prometheus that
# does. Made by tests/support/grafana_alerts.py: change the rules, not this file.
#
# To be copied to /etc/grafana/provisioning/alerting/. "prometheus" stands for the uid of the data source
# in your Grafana: sed -i 's/datasourceUid: prometheus/datasourceUid: YOURS/'. No query needs a recording rule.
"""
ANY_SAMPLE = "is_number($query) || is_nan($query) || is_inf($query)"


class Block(str):
    """Text that keeps its lines."""


yaml.SafeDumper.add_representer(
    Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


def text_of(expression):
    return Block(expression) if "\n" in expression else expression


def uid_of(alert):
    return re.sub(r"(?<!^)(?=[A-Z])", "-", alert).lower()


def template_of(annotation):
    """Without '$', which a Grafana may take for a variable of its environment."""
    return annotation.replace("$labels", ".Labels").replace("$value", ".Values.query.Value")


def step(name, model):
    return {"refId": name, "datasourceUid": "__expr__",
            "model": {"refId": name, "datasource": {"type": "__expr__", "uid": "__expr__"}, **model}}


def rule_of(rule):
    query = {"refId": "query", "relativeTimeRange": {"from": 600, "to": 0},
             "datasourceUid": "prometheus",
             "model": {"refId": "query", "expr": text_of(rule["expr"]), "instant": True,
                       "range": False}}
    return {
        "uid": uid_of(rule["alert"]),
        "title": rule["alert"],
        "condition": "threshold",
        "data": [
            query,
            step("any_sample", {"type": "math", "expression": ANY_SAMPLE}),
            step("threshold", {"type": "threshold", "expression": "any_sample",
                               "conditions": [{"type": "query",
                                               "evaluator": {"type": "gt", "params": [0]}}]}),
        ],
        "noDataState": "OK",
        "execErrState": "Error",
        "for": rule.get("for", "0s"),
        "labels": dict(rule["labels"]),
        "annotations": {key: template_of(text) for key, text in rule["annotations"].items()},
    }


def provisioning_of(rules):
    groups = []
    for group in rules["groups"]:
        alerts = [rule_of(rule) for rule in group["rules"] if "alert" in rule]
        if alerts:
            groups.append({"orgId": 1, "name": group["name"], "folder": "Intact",
                           "interval": group.get("interval", "1m"), "rules": alerts})
    return {"apiVersion": 1, "groups": groups}


def text(rules):
    return HEAD + yaml.safe_dump(provisioning_of(rules), sort_keys=False, width=1000,
                                 allow_unicode=True)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(text(yaml.safe_load(file)))
