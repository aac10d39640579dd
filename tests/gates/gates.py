"""Rules on the text of the tree that no compiler checks. Knows files and lines, no C++ grammar.

    gates.py layering|sizes|words|format|shell ROOT

Prints each violation as file:line: what is wrong; exit 1 when there is one, 77 when the gate cannot
run here. gates_test.py plants a violation of each and sees it found.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import checks

# What each folder of agent/ may include besides itself: everything to its left in ARCHITECTURE.md,
# as far as it has a reason to.
_LEFT = {
    "base": set(),
    "os": {"base"},
    "systemd": {"base"},
    "schedule": {"base"},
    "formats": {"base"},
    "config": {"base", "os", "schedule", "formats"},
    "source": {"base", "os", "formats", "config"},
    "pipeline": {"base", "os", "formats", "config"},
    "destination": {"base", "os", "systemd", "formats", "config", "pipeline"},
    "catalog": {"base", "os", "config"},
    "engine": {"base", "os", "formats", "config", "schedule", "source", "pipeline", "destination", "catalog"},
}
_LEFT["scheduler"] = {"base", "os", "schedule", "config", "catalog"}
_LEFT["metrics"] = _LEFT["engine"] | {"engine", "scheduler", "systemd"}
_LEFT["control"] = _LEFT["metrics"]
_LEFT["checkup"] = _LEFT["engine"] | {"engine"}
_LEFT["daemon"] = _LEFT["metrics"] | {"metrics", "control"}
_LEFT["cli"] = _LEFT["metrics"] | {"metrics", "control", "checkup"}

# The one folder (or few) that may know a library; fmt and tl::expected are words of every folder.
THIRD_PARTY = [
    (r"toml\+\+/", {"config"}),
    (r"absl/", {"schedule"}),
    (r"openssl/", {"pipeline"}),
    (r"zlib\.h", {"formats", "pipeline"}),
    (r"zstd", {"formats", "pipeline"}),
    (r"lzma\.h", {"formats"}),
    (r"bzlib\.h", {"formats"}),
    (r"re2/", {"formats"}),
    (r"archive(_entry)?\.h", {"pipeline"}),
    (r"sqlite3", {"catalog"}),
    (r"spdlog/", {"base"}),
    (r"CLI/", {"cli"}),
    (r"nlohmann/", {"config", "destination", "catalog", "daemon", "cli"}),
    (r"systemd/", {"systemd"}),
    (r"prometheus/", {"metrics"}),
    (r"microhttpd", {"metrics"}),
    (r"gnutls/", {"metrics"}),
    (r"crypt\.h", {"metrics"}),
]
# Folders of system headers; any other <folder/header> is a library that nobody has placed yet.
_SYSTEM = re.compile(r"(sys|linux|net|netinet|arpa|asm|bits|fmt|tl)/")
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

SIZE_LIMITS = {".hpp": 200, ".cpp": 400, ".py": 400, ".sh": 400, ".bash": 400}
# Tests list cases, and a list may be longer than a piece of reasoning.
TEST_LIMIT = 600
# Tables: one row a line, no logic.
SIZE_EXEMPT: set[str] = set()

_WORDS = [
    (re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"), "unfinished work"),
    (re.compile(r"/wo" r"rk/(main|shared)|/tmp/b" r"-[a-z]"), "path of one machine"),
    (re.compile(r"<<<<<" r"<<|>>>>" r">>>"), "mark of a merge"),
]

_NOT_OURS = {".git", "build", "quickstart-data", "__pycache__"}


def tree(root, *suffixes, under=""):
    """Our files as paths relative to root, sorted."""
    found = []
    for folder, folders, names in os.walk(root / under):
        folders[:] = sorted(set(folders) - _NOT_OURS)
        for name in names:
            path = Path(folder, name)
            if (not suffixes or path.suffix in suffixes) and not path.is_symlink():
                found.append(path.relative_to(root))
    return sorted(found)


def lines_of(root, path):
    return (root / path).read_bytes().decode("utf-8", "replace").splitlines()


def include_problem(folder, quote, name):
    """Why a file of this folder may not include this name, or None."""
    if quote == '"':
        target = name.split("/")[0]
        if "/" not in name or ".." in name:
            return f'"{name}": say it from the root of agent/, as "folder/name.hpp"'
        if target not in _LEFT:
            return f"'{target}' is no folder of the layering"
        if target != folder and target not in _LEFT[folder]:
            return f"'{folder}' may not include '{target}'"
        return None
    for pattern, homes in THIRD_PARTY:
        if re.match(pattern, name):
            return None if folder in homes else f"<{name}> belongs to {', '.join(sorted(homes))}"
    if "/" in name and not _SYSTEM.match(name):
        return f"<{name}>: no folder is named for this library"
    return None


def layering(root):
    for path in tree(root, ".hpp", ".cpp", ".def", under="agent"):
        folder = path.parts[1]
        if folder not in _LEFT:
            yield f"{path}:1: '{folder}' is no folder of the layering"
            continue
        for number, line in enumerate(lines_of(root, path), 1):
            include = _INCLUDE.match(line)
            problem = include and include_problem(folder, *include.groups())
            if problem:
                yield f"{path}:{number}: {problem}"


def sizes(root):
    for path in tree(root, *SIZE_LIMITS):
        limit = SIZE_LIMITS[path.suffix]
        if path.parts[0] == "tests" and path.suffix == ".cpp":
            limit = TEST_LIMIT
        count = len(lines_of(root, path))
        if count > limit and str(path) not in SIZE_EXEMPT:
            yield f"{path}:{limit + 1}: {count} lines, {limit} is the limit"


def words(root):
    for path in tree(root):
        for number, line in enumerate(lines_of(root, path), 1):
            for pattern, what in _WORDS:
                if pattern.search(line):
                    yield f"{path}:{number}: {what}: {line.strip()[:80]}"


def shell(root):
    tool = checks.tool("shellcheck", "nothing else reads shell scripts")
    scripts = [path for path in tree(root)
               if path.suffix in (".sh", ".bash") or
               (not path.suffix and b"bash" in (root / path).read_bytes().split(b"\n", 1)[0])]
    if scripts:
        done = subprocess.run([tool, "-x", "-f", "gcc", *map(str, scripts)],
                              cwd=root, stdout=subprocess.PIPE, text=True, check=False)
        yield from done.stdout.splitlines()


def format_problems(root):
    tool = checks.tool("clang-format-19", "other versions format otherwise")
    files = tree(root, ".hpp", ".cpp", under="agent") + tree(root, ".hpp", ".cpp", under="tests")
    done = subprocess.run(
        [tool, "--dry-run", "--Werror", "--ferror-limit=1", *map(str, files)],
        cwd=root, stderr=subprocess.PIPE, text=True, check=False)
    problems = [line for line in done.stderr.splitlines() if ": error:" in line]
    yield from problems
    if done.returncode != 0 and not problems:
        yield f"{tool}: {done.stderr.strip()}"


GATES = {"layering": layering, "sizes": sizes, "words": words, "format": format_problems,
         "shell": shell}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, GATES, folders=("ROOT",)))
