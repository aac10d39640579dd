"""Counts the cases of one ctest run, not its programs: a GoogleTest program, an e2e suite and a
unittest file each hold many.

    count_cases.py JUNIT_FILE REPORT_DIR     prints "PASSED FAILED SKIPPED", then each failed and
                                             skipped case on a line of its own

REPORT_DIR holds NAME.json (GoogleTest, by GTEST_OUTPUT) or NAME.cases (e2e: 'RESULT<tab>name' lines)
for the tests that count their own cases; any other test is one case.
"""

import json
import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def gtest_cases(path):
    report = json.loads(path.read_text(encoding="utf-8"))
    for suite in report.get("testsuites", []):
        for case in suite.get("testsuite", []):
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                yield "failed", name, ""
            elif case.get("result") == "SKIPPED":
                reasons = [skip.get("message", "") for skip in case.get("skipped", [])]
                yield "skipped", name, " ".join(reasons)
            elif case.get("status") == "RUN":
                yield "passed", name, ""


def e2e_cases(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        result, name, *reason = line.split("\t")
        yield result, name, " ".join(reason)


def cases_of(test, reports):
    """What one ctest test came to. A program that died before its end has failed, whatever cases it
    had passed until then."""
    name, status = test.get("name"), test.get("status")
    cases = []
    if (reports / f"{name}.json").exists():
        cases = list(gtest_cases(reports / f"{name}.json"))
    elif (reports / f"{name}.cases").exists():
        cases = list(e2e_cases(reports / f"{name}.cases"))
    outcome = {"run": "passed", "notrun": "skipped", "disabled": "skipped"}.get(status, "failed")
    if test.find("skipped") is not None and outcome == "skipped" and \
            "SKIP_RETURN_CODE" not in (test.find("skipped").get("message") or ""):
        outcome = "failed"  # not built, or its program not found
    if not cases or (outcome == "failed" and all(case[0] != "failed" for case in cases)):
        message = test.find("skipped")
        cases.append((outcome, "(whole program)" if cases else "",
                      "" if message is None else message.get("message", "")))
    return [(result, f"{name} {case}".strip(), reason) for result, case, reason in cases]


def main(junit, reports):
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    notes = []
    for test in xml.parse(junit).getroot().iter("testcase"):
        for result, name, reason in cases_of(test, Path(reports)):
            totals[result] += 1
            if result != "passed":
                notes.append(f"{result.upper()}: {name}{': ' if reason else ''}{reason}")
    print(totals["passed"], totals["failed"], totals["skipped"])
    print("\n".join(notes))


if __name__ == "__main__":
    main(*sys.argv[1:])
