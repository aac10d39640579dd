"""Plants one problem at a time in what watches the metrics, and sees it found.

    metrics_test.py ROOT
"""

import os
import re
import shutil
import sys
import unittest
from pathlib import Path

import checks
import metrics
import metrics_files as files

ROOT = Path(sys.argv.pop(1)).resolve()
RULES, DASHBOARD, MANUAL = files.RULES, files.DASHBOARD, files.MANUAL


class Copied(checks.Planted):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "config", self.root / "config")
        shutil.copytree(ROOT / "tests/data/metrics", self.root / "tests/data/metrics")
        (self.root / "man").mkdir()
        shutil.copy(ROOT / MANUAL, self.root / MANUAL)


class Planted(Copied):
    def problems(self, check):
        return list(metrics.CHECKS[check](self.root))

    def assert_planted(self, check, path, old, new, *expected):
        self.plant(path, old, new)
        self.assert_found(check, *expected)

    def test_what_is_shipped_has_no_problem(self):
        for name, check in metrics.CHECKS.items():
            if name != "units":  # a test of its own
                with self.subTest(name):
                    self.assertEqual(list(check(self.root)), [])

    def test_series_finds_what_prometheus_would_not_name_so(self):
        self.assert_planted("series", files.CONTRACT, "# TYPE intact_job_enabled gauge",
                            "# TYPE intact_job_enabled counter",
                            'counter metrics should have "_total" suffix')

    def test_series_finds_a_label_that_a_server_takes_for_itself(self):
        self.assert_planted("series", files.CONTRACT, 'intact_job_enabled{backup="etc"}',
                            'intact_job_enabled{backup="etc",job="etc"}', "intact_job_enabled: a ser")

    def test_rules_finds_an_expression_that_cannot_be_read(self):
        self.assert_planted("rules", RULES, "expr: up{job=", "expr: up{{job=", "could not parse")

    def test_conventions_finds_each_thing_that_an_alert_owes(self):
        for old, new, expected in (
                ("alert: IntactAgentDown", "alert: AgentDown", "begins with Intact"),
                ("severity: critical", "severity: page", "severity"),
                ("summary: The", "summary: "'"{{ $value }}"'"\n          was: The", "are what"),
                ("summary: The backup agent does not answer.", "summary: No answer", "a sentence"),
                ("{{ $labels.instance }} has not answered", "It has not answered", "where"),
                ("runbook: man intact-metrics(7), IntactAgentDown", "runbook: man", "its section"),
                ("record: instance:intact_jobs:sum", "record: intact_jobs", "level:metric")):
            with self.subTest(new):
                shutil.copy(ROOT / RULES, self.root / RULES)
                self.assert_planted("conventions", RULES, old, new, expected)

    def test_coverage_finds_a_rule_that_has_no_test(self):
        self.plant(RULES, "alert: IntactAgentDown", "alert: IntactAgentNew")
        self.plant(RULES, "state: damaged", "state: new")
        self.assert_found("coverage", "IntactAgentNew: no test sees it fire",
                          "IntactAgentNew: no test sees it quiet", "IntactAgentDown: tested, but",
                          'instance:intact_jobs:sum{state="new"}: no two')

    def test_scrape_finds_a_wrong_key_and_a_missing_rule_file(self):
        path = "config/prometheus/scrape-fleet-file.yml"
        self.assert_planted("scrape", path, "password_file:", "pasword_file:", "pasword_file")
        self.assert_planted("scrape", "config/prometheus/scrape.yml", "rule_files:", "rule_flies:",
                            "scrape.yml: loads no rules")

    def test_names_finds_a_wrong_metric_label_value_and_grouping_in_a_rule(self):
        for old, new, expected in (
                ("expr: intact_clock_held == 1", "expr: intact_clock_hold == 1", "no such series"),
                ("expr: intact_clock_held == 1", 'expr: intact_clock_held{state="x"} == 1',
                 "no label state"),
                ('result=~"failure|interrupted"} == 1', 'result=~"failed|interrupted"} == 1',
                 'no result is ever "failed"'),
                ("sum without (backup) (intact_job_paused)", "sum without (jobs) (intact_job_paused)",
                 "a label jobs"),
                ("expr: sum without (backup) (intact_job_paused)",
                 "expr: instance:intact_jobs:sum", "no such series")):
            with self.subTest(new):
                shutil.copy(ROOT / RULES, self.root / RULES)
                self.assert_planted("names", RULES, old, new, expected)

    def test_names_finds_a_wrong_metric_in_the_dashboard_and_its_variables(self):
        self.plant(DASHBOARD, "count(intact_build_info{", "count(intact_agent_info{")
        self.plant(DASHBOARD, "label_values(intact_job_enabled", "label_values(intact_jobs")
        self.assert_found("names", "dashboard, Hosts: intact_agent_info",
                          "dashboard, variable backup: intact_jobs")

    def test_names_finds_a_wrong_metric_in_the_unit_tests(self):
        self.assert_planted("names", files.UNITS[0], "intact_clock_held{", "intact_clock_hold{",
                            "intact_clock_hold")

    def test_dashboard_finds_what_provisioning_does_not_take(self):
        for old, new, expected in (
                ('"id": null', '"id": 7', "the id is null"),
                ('"uid": "intact"', '"uid": "abc"', "the uid never changes"),
                ('"tags": [', '"__inputs": [], "tags": [', "__inputs"),
                ('"type": "datasource"', '"type": "query"', "not of that type"),
                ('"uid": "${datasource}"', '"uid": "prometheus"', "not from $datasource"),
                ("=~\\\"$instance\\\"", "=~\\\"$host\\\"", "$host: no such variable"),
                ('"refId": "B"', '"refId": "A"', "two queries of one name"),
                ('"x": 3', '"x": 1', "lies over another panel"),
                ('"x": 21', '"x": 22', "wider than the dashboard"),
                ('"description": "Agents whose metrics arrive."', '"description": ""',
                 "no description")):
            with self.subTest(new):
                shutil.copy(ROOT / DASHBOARD, self.root / DASHBOARD)
                self.plant(DASHBOARD, old, new)
                try:
                    self.assert_found("dashboard", expected)
                except KeyError:  # a variable that is no longer read as one
                    self.assertIn("not of that type", expected)

    def test_grafana_finds_that_it_asks_something_else(self):
        self.assert_planted("grafana", RULES, "intact_catalog_writable == 0",
                            "intact_catalog_writable < 1", "not what tests/support/grafana_alerts.py",
                            "IntactCatalogNotWritable: Grafana asks something else")

    def test_grafana_finds_an_alert_too_many(self):
        self.assert_planted("grafana", files.ALERTS, "title: IntactAgentDown", "title: IntactOther",
                            "IntactOther: only in one", "IntactAgentDown: only in one")

    def test_manual_finds_each_difference(self):
        for old, new, expected in (
                ("*intact_clock_held* (gauge)", "*intact_clock_hold* (gauge)",
                 ("intact_clock_held: not in the manual", "intact_clock_hold: in the manual only")),
                ("*intact_job_enabled* (gauge)", "*intact_job_enabled* (counter)", ("it is a gauge",)),
                ("{backup, result}", "{backup}", ("its labels are backup, result",)),
                ("*instance:intact_jobs:sum*", "*instance:intact_jobs:max*",
                 ("instance:intact_jobs:sum: not in the manual",)),
                ("## IntactAgentDown (critical", "## IntactAgentGone (critical",
                 ("IntactAgentDown: only in one", "IntactAgentGone: only in one")),
                ("## IntactAgentDown (critical, after 5m)", "## IntactAgentDown (critical, after 6m)",
                 ("IntactAgentDown: another severity",))):
            with self.subTest(new):
                shutil.copy(ROOT / MANUAL, self.root / MANUAL)
                self.assert_planted("manual", MANUAL, old, new, *expected)


class Untrue(Copied):
    """Whether the unit tests of the rules can tell: all alerts at once are made wrong, and a test of each
    has to fail. With INTACT_EXTENT=full each in every way, else each in one of them."""

    @staticmethod
    def wrong(rule, way):
        """The text of an alert that never fires, always does, or does so too early."""
        if way == "early":
            return re.sub(r"\n +for: .*", "", rule)
        expression = "vector(1) > 2" if way == "never" else "vector(1)"
        rule = re.sub(r"(\n +expr: )(.*(?:\n {10}.*)*)(?=\n)", rf"\g<1>{expression}", rule, count=1)
        return rule if way == "never" else Untrue.wrong(rule, "early")

    def assert_each_is_found(self, way_of):
        """`way_of` an alert's name and number; none: it stays as it is."""
        head, *rules = re.split(r"(?m)^(?= +- alert: )", (ROOT / RULES).read_text(encoding="utf-8"))
        alerts = list(files.alerts_of(ROOT))
        self.assertEqual(len(rules), len(alerts))
        ways = [way_of(name, number) for number, name in enumerate(alerts)]
        text = head + "".join(self.wrong(*both) if both[1] else both[0] for both in zip(rules, ways))
        (self.root / RULES).write_text(text, encoding="utf-8")
        problems = "".join(metrics.CHECKS["units"](self.root))
        self.assertEqual(set(re.findall(r"alertname: (\w+)", problems)),
                         {name for name, way in zip(alerts, ways) if way})

    def test_an_alert_that_does_not_fire_when_it_must_is_found(self):
        waits = {name for name, rule in files.alerts_of(ROOT).items() if "for" in rule}
        ways = ("never", "always", "early")
        if os.environ.get("INTACT_EXTENT") == "full":
            for way in ways:
                with self.subTest(way):
                    self.assert_each_is_found(
                        lambda name, _, way=way: way if way != "early" or name in waits else None)
        else:
            self.assert_each_is_found(
                lambda name, number: ways[number % 3] if name in waits else ways[number % 2])


if __name__ == "__main__":
    files.promtool("--version")  # or it skips
    unittest.main()
