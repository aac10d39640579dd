"""The manual, held to what the program takes and says. Of keys: keys.py.

    manual.py lint|options|codes|events|bus ROOT BUILD

BUILD holds agent/intact and agent/intactd. Prints each problem; exit 1 when there is one, 77 when the
check cannot run here. manual_test.py plants a problem of each kind and sees it found.
"""

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

import checks
from checks import read, tool


def sections(text, mark="#"):
    """{title: text} of the headings of that depth, "" for what comes before."""
    parts = re.split(rf"^{mark} (.*)\n", text, flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2]))


def differ(found, expected, where):
    yield from (f"{where}: nothing of {name}" for name in sorted(expected - found))
    yield from (f"{where}: there is no {name}" for name in sorted(found - expected))


def lint(root, _):
    scdoc, mandoc = tool("scdoc"), tool("mandoc")
    pages = sorted((root / "man").glob("*.scd"))
    with tempfile.TemporaryDirectory() as folder:
        for path in pages:
            made = Path(folder, path.stem)
            with path.open("rb") as source, made.open("wb") as out:
                done = subprocess.run([scdoc], stdin=source, stdout=out, stderr=subprocess.PIPE,
                                      text=True, check=False)
            if done.returncode != 0:
                yield f"{path.name}: {done.stderr.strip()}"
                continue
            found = subprocess.run([mandoc, "-T", "lint", "-W", "error", str(made)],
                                   stdout=subprocess.PIPE, text=True, check=False)
            yield from found.stdout.splitlines()
            for name, section in re.findall(r"\*((?:intact|org\.intact)[\w.-]*)\*\((\d)\)",
                                            path.read_text(encoding="utf-8")):
                if not (root / "man" / f"{name}.{section}.scd").exists():
                    yield f"{path.name}: there is no page {name}({section})"


def help_of(program, *verb):
    return subprocess.run([program, *verb, "--help"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def options_in_help(text):
    """-h and --help are everywhere."""
    lines = re.findall(r"^ +((?:-\w, ?)?--[\w-]+|-\w\b)", text, re.MULTILINE)
    return {option for line in lines for option in re.findall(r"-{1,2}\w[\w-]*", line)} - {"-h", "--help"}


def options_in_manual(text):
    """Of the entries: lines that begin with an option in bold."""
    lines = re.findall(r"^(\*-.*)$", text, re.MULTILINE)
    bold = {word for line in lines for word in re.findall(r"\*(-{1,2}\w[\w-]*)\*", line)}
    return bold - {"-h", "--help"}


def verbs_in_help(text):
    part = text.partition("Subcommands:\n")[2]
    return re.findall(r"^  ([\w-]+) ", part.partition("\n\n")[0], re.MULTILINE)


def options(root, build):
    program = build / "agent/intact"
    text = sections(read(root, "man/intact.1.scd"))
    top = help_of(program)
    yield from differ(options_in_manual(text["OPTIONS"]), options_in_help(top), "intact(1)")
    found = sections(text["VERBS"], "##")
    verbs = {}
    for verb in verbs_in_help(top):
        said = help_of(program, verb)
        inner = verbs_in_help(said)
        verbs |= {f"{verb} {one}": help_of(program, verb, one) for one in inner} or {verb: said}
    yield from differ(set(found) - {""}, set(verbs), "intact(1), VERBS")
    for verb in sorted(set(verbs) & set(found)):
        yield from differ(options_in_manual(found[verb]), options_in_help(verbs[verb]),
                          f"intact(1), {verb}")
    daemon = sections(read(root, "man/intactd.8.scd"))["OPTIONS"]
    yield from differ(options_in_manual(daemon), options_in_help(help_of(build / "agent/intactd")),
                      "intactd(8)")


def error_codes(root):
    """(name, exit code, attempts) of each."""
    text = read(root, "agent/base/error_codes.def")
    return re.findall(r"^X\((\w+), *(\d+), *(\w+),", text, re.MULTILINE)


def codes(root, build):
    text = sections(read(root, "man/intact.1.scd"))
    rows = re.findall(r"^\|  (\w+)\n:  (\d+)\n:  (\w+)\n", text["ERROR CODES"], re.MULTILINE)
    yield from differ({" ".join(row) for row in rows},
                      {" ".join(row) for row in error_codes(root)}, "intact(1), ERROR CODES")
    # 0, 3 and 75 are no errors.
    exits = {code for _, code, _ in error_codes(root)} | {"0", "3", "75"}
    yield from differ(set(re.findall(r"^\*(\d+)\*$", text["EXIT STATUS"], re.MULTILINE)), exits,
                      "intact(1), EXIT STATUS")
    footer = help_of(build / "agent/intact").partition("Exit codes:")[2].partition("Example")[0]
    yield from differ(set(re.findall(r"\d+", footer)), exits - {"75"}, "intact --help, Exit codes")
    found = re.findall(r"^\|[ \[] ?\*([EWN]\d+)\*\n:[< ] (.*)$",
                       sections(read(root, "man/intact.toml.5.scd"))["MISTAKES"], re.MULTILINE)
    known = re.findall(r'\{"([EWN]\d+)", Severity::\w+, "(.*)"\}', read(root, "agent/config/codes.cpp"))
    yield from differ({" ".join(row) for row in found}, {" ".join(row) for row in known},
                      "intact.toml(5), MISTAKES")


def events(root, _):
    text = sections(read(root, "man/intactd.8.scd"))["JOURNAL"]
    ids = re.findall(r'=\s*"([0-9a-f]{32})"', read(root, "agent/daemon/messages.hpp"))
    yield from differ(set(re.findall(r"\b[0-9a-f]{32}\b", text)), set(ids), "intactd(8), JOURNAL")
    fields = set(re.findall(r'\{"([A-Z_]+)", ', read(root, "agent/daemon/event_log.cpp")))
    yield from differ(set(re.findall(r"\*([A-Z_]+)=\*", text)), fields - {"MESSAGE_ID"},
                      "intactd(8), JOURNAL")
    catalogued = read(root, "systemd/intact.catalog")
    yield from (f"{one}: not in the catalog" for one in ids if one not in catalogued)


def arguments_of(member, direction):
    return ", ".join(f"{arg.get('type')} {arg.get('name')}" for arg in member.findall("arg")
                     if arg.get("direction", direction) == direction)


def members(root):
    """As the manual spells them."""
    tree = xml.fromstring(read(root, "tests/data/control/org.intact.Agent1.xml"))
    for member in tree:
        name = member.get("name")
        if member.tag == "method":
            answer = arguments_of(member, "out")
            yield f"{name}({arguments_of(member, 'in')})" + (f" → ({answer})" if answer else "")
        elif member.tag == "property":
            yield f"{name} ({member.get('type')})"
        else:
            yield f"{name}({arguments_of(member, 'out')})"


def bus(root, _):
    text = sections(read(root, "man/org.intact.Agent1.5.scd"))
    found = {line.replace("*", "") for part in ("METHODS", "SIGNALS")
             for line in re.findall(r"^\*\w+\*\(.*$", text[part], re.MULTILINE)}
    found |= {f"{name} ({kind})" for line in re.findall(r"^\*\w+\* \(.*$", text["PROPERTIES"], re.MULTILINE)
              for name, kind in re.findall(r"\*(\w+)\* \((\w+)\)", line)}
    yield from differ(found, set(members(root)), "org.intact.Agent1(5)")
    said = set(re.findall(r"\*(\w+)\* \((\w)\)", text["STATE OF A JOB"]))
    known = set(re.findall(r'(?:fact|text|time)\("(\w+)"', read(root, "agent/control/state.cpp")))
    own = {name for name in known if not any(one.startswith(f"{name} (") for one in members(root))}
    # Paused and NextDue are of a job, too.
    yield from differ({name for name, _ in said} - {"Paused", "NextDue"}, own,
                      "org.intact.Agent1(5), STATE OF A JOB")
    actions = set(re.findall(r'"org\.intact\.Agent1\.([a-z-]+)"', read(root, "agent/control/names.hpp")))
    yield from differ(set(re.findall(r"\*org\.intact\.Agent1\.([a-z-]+)\*", text["METHODS"])), actions,
                      "org.intact.Agent1(5), actions")


CHECKS = {"lint": lint, "options": options, "codes": codes, "events": events, "bus": bus}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, CHECKS))
