#!/usr/bin/env python3
"""What metrics tell of one job, as lines that a test can hold against a table.

usage: metrics_truth.py JOB < EXPOSITION

Prints each series of the job that differs from those of a job that never ran. Times become "set",
durations and room "some": they differ from run to run.
"""

import math
import re
import sys

_LINE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
# What differs from run to run, or says the same as another series.
_PASSED_OVER = re.compile(r"_info$|_bucket$|_stage_duration_seconds$|_run_duration_seconds_sum$|_progress_")
_SOME = re.compile(r"_duration_seconds$|_free_bytes$|_size_bytes$")
_USUAL = {"intact_job_enabled": "1"}


def shown(name, value):
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if number == 0:
        return "0"
    if name.endswith("_timestamp_seconds"):
        return "set"
    if _SOME.search(name) and "backup" not in name:
        return "some"
    return value


def main():
    job = sys.argv[1]
    for line in sys.stdin:
        match = _LINE.match(line.rstrip("\n"))
        if not match:
            continue
        labels = dict(_LABEL.findall(match["labels"] or ""))
        name = match["name"]
        if labels.pop("backup", None) != job or _PASSED_OVER.search(name):
            continue
        value = shown(name, match["value"])
        if value != _USUAL.get(name, "0"):
            rest = ",".join(f"{key}={word}" for key, word in labels.items())
            print(f"{name.removeprefix('intact_job_')}{'{' + rest + '}' if rest else ''} {value}")


if __name__ == "__main__":
    main()
