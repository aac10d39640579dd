#!/usr/bin/env python3
"""Writes the table of what each check of a stream finds into its page of the manual.

    stream_table.py PAGE TABLE

TABLE is what the test DamageTest leaves with INTACT_EXTENT=full. It stands between two comments in the page.
"""

import sys

BEGIN = "; figures: begin\n"
END = "; figures: end\n"
HEADS = ["*format*", "*made by*", "*bytes*", "*cuts*", "*found*", "*lost nothing*", "*broken bytes*", "*found*"]
BROKEN = 200


def main(page, table):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    with open(table, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    lines = ["[[ " + HEADS[0]] + [(":[ " if i == 1 else ":] ") + head
                                  for i, head in enumerate(HEADS) if i > 0]
    for row in rows:
        cells = row[:6] + [str(BROKEN), row[6]]
        cells = [f"{int(cell):,}" if cell.isdigit() else cell.replace("_", "\\_") for cell in cells]
        lines += ["|  " + cells[0]] + [":  " + cell for cell in cells[1:]]
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + after)


if __name__ == "__main__":
    main(*sys.argv[1:])
