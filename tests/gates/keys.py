"""The keys of the configuration: the program's table, the schemas for editors, intact.toml(5) and
every example, held together.

    keys.py schema|manual|examples|taplo ROOT BUILD

BUILD holds agent/intact. Prints each problem; exit 1 when there is one, 77 when the check cannot run
here. keys_test.py plants a problem of each kind and sees it found.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import checks
from checks import read, skip, tool

INSTALLED = "/usr/share/intact/schema"
SCHEMAS = {"job": "job.schema.json", "intact.toml": "intact.schema.json"}
TAPLO = "@taplo/cli@0.7.0"

_KEY = re.compile(r"^\*(\w+)\*\n((?:\t.*\n|Example: .*\n)+)", re.MULTILINE)
_SAID = re.compile(r"_(?P<type>.*?)_(?:, default \*(?P<default>.*?)\*)?"
                   r"(?:, types? (?P<sources>[^.]*?) only)?\. ")
_BASES = {
    "files": {"type": '"files"', "paths": '["/etc"]'},
    "command": {"type": '"command"', "command": '["true"]'},
    "kubernetes": {"type": '"kubernetes"', "pod": '"a"', "path": '"/a"'},
    "postgresql": {"type": '"postgresql"', "database": '"a"'},
    "mysql": {"type": '"mysql"', "database": '"a"'},
    "mongodb": {"type": '"mongodb"', "database": '"a"'},
    "sqlite": {"type": '"sqlite"', "file": '"/a"'},
    "redis": {"type": '"redis"'},
}


def plain(text):
    """Without scdoc's escapes and marks of bold text."""
    return re.sub(r"\\(.)|\*", lambda match: match[1] or "", text)


def rows_of(schema, without=()):
    """{full name: its part of the schema}."""
    rows = {}
    for name, row in schema["properties"].items():
        if name not in without and "x-intact-type" in row:
            rows[name] = row
        elif name not in without:
            rows |= {f"{name}.{leaf}": inner for leaf, inner in rows_of(row).items()}
    return rows


def load(root):
    """[(title of its part of the manual, rows)] of both kinds of file."""
    job, agent = (json.loads(read(root / "config", name))
                  for name in SCHEMAS.values())
    return [("KEYS OF A JOB", rows_of(job)),
            ("KEYS OF INTACT.TOML", rows_of(agent, without=("defaults",)))]


def entries_in(root, title):
    """{full name: (what is said of it, its example)} of a part of the manual."""
    text = read(root, "man/intact.toml.5.scd")
    part = re.split(r"^# ", text.split(f"\n# {title}\n")[1], flags=re.MULTILINE)[0]
    entries = {}
    for piece in re.split(r"^(?=## )", part, flags=re.MULTILINE):
        table = re.match(r"## \[(.*)\]", piece)
        for name, body in _KEY.findall(piece):
            words, _, example = body.partition(" ++\nExample: ")
            full = f"{table[1]}.{name}" if table else name
            entries[full] = (" ".join(words.split()), plain(example).strip())
    return entries


def type_of(row):
    if row["x-intact-type"] == "choice":
        return "one of " + ", ".join(json.dumps(word) for word in row["enum"])
    if row["x-intact-type"] == "integer":
        return f"integer from {row['minimum']} to {row['maximum']}"
    return row["x-intact-type"]


def entry_problems(name, row, words, example):
    said = _SAID.match(words + " ")
    if not said:
        yield f"{name}: type, default and sources cannot be read"
        return
    default = json.dumps(row["default"]) if "default" in row else "none"
    expected = {"type": type_of(row), "default": default,
                "sources": sorted(row.get("x-intact-sources", []))}
    found = {"type": said["type"], "default": plain(said["default"] or "none"),
             "sources": sorted(re.findall(r"_(\w+)_", said["sources"] or ""))}
    for fact, value in expected.items():
        if found[fact] != value:
            yield f"{name}: {fact} is {value}, the manual says {found[fact]}"
    try:
        if list(tomllib.loads(example)) != [name.rpartition(".")[2]]:
            yield f"{name}: has no example of its own"
    except tomllib.TOMLDecodeError as error:
        yield f"{name}: its example is no TOML: {error}"


def manual(root, _):
    for title, rows in load(root):
        entries = entries_in(root, title)
        yield from (f"{name}: not in intact.toml(5)" for name in sorted(set(rows) - set(entries)))
        yield from (f"{name}: in intact.toml(5), but no key" for name in sorted(set(entries) - set(rows)))
        for name in sorted(set(rows) & set(entries)):
            yield from entry_problems(name, rows[name], *entries[name])


def schema(root, build):
    for kind, name in SCHEMAS.items():
        printed = subprocess.run([build / "agent/intact", "config", "schema", kind],
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
        path = root / "config" / name
        if not path.is_file() or path.read_text(encoding="utf-8") != printed:
            yield f"config/{name}: not what 'intact config schema {kind}' prints"


def toml_of(settings):
    """Of {full name: line that sets it}: what is at the top first, then each table once."""
    tables = {}
    for name, line in settings.items():
        tables.setdefault(name.rpartition(".")[0], []).append(line)
    return "".join((f"[{table}]\n" if table else "") + "\n".join(lines) + "\n"
                   for table, lines in sorted(tables.items()))


def job_with(name, row, example):
    """A job of the right type with this example in it."""
    kind = next(iter(row.get("x-intact-sources", ["files"])))
    settings = {f"source.{key}": f"{key} = {value}" for key, value in _BASES[kind].items()}
    if name == "source.selector":
        del settings["source.pod"]
    if name.startswith("schedule."):
        settings["schedule.calendar"] = 'calendar = "daily"'
    if name.startswith("source.end_"):
        settings["source.format"] = 'format = "regex"'
        settings["source.end_pattern"] = "end_pattern = 'done'"
    return toml_of(settings | {name: example})


def configuration(root, folder):
    """Every example that there is, as one configuration."""
    (job_title, job_rows), (agent_title, _) = load(root)
    jobs = Path(folder, "jobs.d")
    jobs.mkdir()
    for name, (_, example) in entries_in(root, job_title).items():
        if name in job_rows:
            jobs.joinpath(name.replace(".", "-") + ".toml").write_text(
                job_with(name, job_rows[name], example), encoding="utf-8")
    text = read(root, "man/intact.toml.5.scd")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for number, block in enumerate(block for block in blocks if "[source]" in block):
        jobs.joinpath(f"manual-{number}.toml").write_text(block, encoding="utf-8")
    for path in sorted((root / "config/jobs.d").glob("*.toml.example")):
        shutil.copy(path, jobs / f"shipped-{path.name.removesuffix('.example')}")
    examples = {name: example for name, (_, example) in entries_in(root, agent_title).items()}
    Path(folder, "intact.toml").write_text(toml_of(examples), encoding="utf-8")


def shipped_main(root, folder):
    """intact.toml as it is shipped, and with every line in effect that it shows as a comment."""
    text = read(root, "config/intact.toml")
    shown = re.sub(r"^#(?=\[|\w+ *= )", "", text, flags=re.MULTILINE)
    for name, content in (("as-shipped", text), ("as-shown", shown)):
        place = Path(folder, name)
        place.mkdir()
        place.joinpath("intact.toml").write_text(content, encoding="utf-8")
        yield place


def examples(root, build):
    with tempfile.TemporaryDirectory() as folder:
        all_of_them = Path(folder, "all")
        all_of_them.mkdir()
        configuration(root, all_of_them)
        for place in (all_of_them, *shipped_main(root, folder)):
            done = subprocess.run([build / "agent/intact", f"--config-dir={place}", "check",
                                   "--format=short"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                yield from done.stdout.replace(f"{place}/", "").splitlines()


def taplo_program():
    """From the registry of npm, once for each user."""
    npm = tool("npm")
    place = Path.home() / ".cache/intact-tests/taplo"
    program = place / "node_modules/.bin/taplo"
    if not program.exists():
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts",
                               f"--prefix={place}", TAPLO], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
        if done.returncode != 0:
            skip(f"npm gives no {TAPLO}: {done.stdout.strip()[-300:]}")
    return program


def taplo(root, _):
    """Another reader of TOML and of the schemas, as editors have it, takes what 'intact check' takes."""
    program = taplo_program()
    with tempfile.TemporaryDirectory() as folder:
        all_of_them = Path(folder, "all")
        all_of_them.mkdir()
        configuration(root, all_of_them)
        places = [all_of_them, *shipped_main(root, folder)]
        for path in (path for place in places for path in sorted(place.rglob("*.toml"))):
            name = SCHEMAS["intact.toml" if path.name == "intact.toml" else "job"]
            text = path.read_text(encoding="utf-8")
            if path.name.startswith("shipped-") or path.parent.name.startswith("as-"):
                if not text.startswith(f"#:schema {INSTALLED}/{name}\n"):
                    yield f"{path.name}: its first line does not name the schema"
            line = f"#:schema {root / 'config' / name}\n"
            path.write_text(line + re.sub(r"^#:schema .*\n", "", text), encoding="utf-8")
        done = subprocess.run([program, "lint", *map(str, sorted(Path(folder).rglob("*.toml")))],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              cwd=folder, check=False)
        if done.returncode != 0:
            yield from (line.replace(folder + "/", "") for line in done.stdout.splitlines()
                        if "INFO" not in line)


CHECKS = {"schema": schema, "manual": manual, "examples": examples, "taplo": taplo}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, CHECKS))
