"""What scripts of named checks share: a check takes the tree's root, and for most of them the build's folder,
and yields its problems, a line each.
"""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path


def skip(why):
    """Ends the process as ctest has it for what cannot run here."""
    print(f"SKIPPED: {why}")
    sys.exit(77)


def tool(name, why=""):
    """The path of a program; without it the check is skipped."""
    return shutil.which(name) or skip(f"no {name} here" + (f"; {why}" if why else ""))


def read(root, path):
    return (root / path).read_text(encoding="utf-8")


def main(usage, checks, folders=("ROOT", "BUILD")):
    """For sys.exit(): runs the check that the first argument names on the folders after it."""
    arguments = sys.argv[1:]
    if len(arguments) != 1 + len(folders) or arguments[0] not in checks:
        print(usage, file=sys.stderr)
        return 2
    problems = list(checks[arguments[0]](*(Path(one).resolve() for one in arguments[1:])))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


class Planted(unittest.TestCase):
    """A copy of some of the tree at self.root, in which one thing at a time is made wrong."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="planted."))
        self.addCleanup(shutil.rmtree, self.root)

    def problems(self, check):
        """What the check of that name finds at self.root."""
        raise NotImplementedError

    def plant(self, path, old, new):
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def assert_found(self, check, *expected):
        problems = self.problems(check)
        for one in expected:
            self.assertTrue(any(one in problem for problem in problems), problems)
