#!/usr/bin/env python3
"""Writes the table of what each filesystem was seen to withstand into a document.

    guarantees.py DOCUMENT LOG...

The logs are what the test suites printed: lines 'figure: {…}' of processes killed while they published,
and lines '{…}' of the power cuts replayed. The table stands between the two marks in the document.
Exit status: 0; 1 when a log tells of a violation or of nothing; 2 when it cannot be read.
"""

import json
import sys

BEGIN = "<!-- guarantees: begin -->\n"
END = "<!-- guarantees: end -->\n"
NAMES = {
    "ext4": "ext4",
    "ext4-nojournal": "ext4 without journal",
    "xfs": "XFS",
    "btrfs": "Btrfs",
    "vfat": "FAT",
    "exfat": "exFAT",
}


def figures(paths):
    """Every figure in the logs, in order."""
    for path in paths:
        with open(path, encoding="utf-8") as log:
            for line in log:
                text = line.strip().removeprefix("figure: ")
                if text.startswith("{") and text.endswith("}"):
                    yield json.loads(text)


class Row:
    def __init__(self):
        self.reason = ""
        self.after_crash = ""
        self.kills = 0
        self.images = 0
        self.after_success = 0
        self.violations = 0


def rows_of(found):
    rows = {}
    for figure in found:
        if "kills" in figure:
            key = (figure["filesystem"], figure["strategy"], figure["variant"])
            row = rows.setdefault(key, Row())
            row.reason = figure["reason"].removeprefix(figure["filesystem"] + ": ")
            row.after_crash = figure["after_crash"]
            row.kills += figure["kills"]
    for figure in (f for f in found if "images" in f):
        name = NAMES.get(figure["filesystem"])
        for key, row in rows.items():
            if (key[0], key[2]) == (name, figure["protocol"]):
                row.images += figure["images"]
                row.after_success += figure["after_success"]
                row.violations += figure["violations"]
    return rows


def table_of(rows):
    lines = [
        "| Filesystem | Strategy, variant | Because | After a crash, before recovery | But | Processes killed |"
        " Power cuts | of these after success |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (name, strategy, variant), row in sorted(rows.items(), key=lambda item: item[0]):
        guarantee, _, exception = row.after_crash.partition("; ")
        cuts = f"{row.images:,}" if row.images else "-"
        success = f"{row.after_success:,}" if row.images else "-"
        lines.append(
            f"| {name} | {strategy}, {variant} | {row.reason} | {guarantee} | {exception or '-'} |"
            f" {row.kills:,} | {cuts} | {success} |"
        )
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    rows = rows_of(list(figures(sys.argv[2:])))
    broken = [key[0] for key, row in rows.items() if row.violations]
    if broken or not rows:
        print(f"error: violations on {broken}" if broken else "error: no figures", file=sys.stderr)
        return 1
    with open(sys.argv[1], encoding="utf-8") as document:
        text = document.read()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        print(f"error: {sys.argv[1]} has no marks for the table", file=sys.stderr)
        return 2
    with open(sys.argv[1], "w", encoding="utf-8") as document:
        document.write(before + begin + table_of(rows) + end + after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
