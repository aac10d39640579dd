"""Plants one thing at a time that the packages do not know, and sees it found.

    packaging_test.py ROOT BUILD
"""

import shutil
import sys
import unittest
from pathlib import Path

import checks
import packaging

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/dev"
SPEC = "packaging/rpm/intact.spec"


class Planted(checks.Planted):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "packaging", self.root / "packaging")
        (self.root / "tests/support").mkdir(parents=True)
        for name in ("CMakeLists.txt", "tests/support/packages.sh"):
            shutil.copy(ROOT / name, self.root / name)

    def problems(self, check):
        return list(packaging.CHECKS[check](self.root, BUILD))

    def test_versions_finds_a_release_that_one_of_them_has_not(self):
        version = packaging.first(r"^project\(intact VERSION (\S+)", packaging.read(ROOT, "CMakeLists.txt"))
        self.plant("CMakeLists.txt", f"project(intact VERSION {version}", "project(intact VERSION 99.1.0")
        for where in ("debian/changelog", "intact.spec: ", "intact.spec, %changelog"):
            self.assert_found("versions", where)

    def test_versions_finds_another_date(self):
        self.plant("CMakeLists.txt", 'INTACT_RELEASE_DATE "2026', 'INTACT_RELEASE_DATE "2027')
        self.assert_found("versions", "debian/changelog: of 2026")

    def test_needs_finds_a_new_library(self):
        self.plant("tests/support/packages.sh", "libzstd-dev", "libzstd-dev libnew-dev")
        self.assert_found("needs", "builds without libnew-dev")
        self.plant("packaging/debian/control", " libzstd-dev,", " libzstd-dev,\n libnew-dev,")
        self.assert_found("needs", "intact.spec: ")

    def test_installed_finds_a_file_too_many_and_one_too_few(self):
        self.plant(SPEC, "\n%{_sbindir}/intactd\n", "\n%{_sbindir}/intactx\n")
        self.assert_found("installed", "nothing of /usr/sbin/intactd")
        self.assert_found("installed", "/usr/sbin/intactx is not installed")


if __name__ == "__main__":
    ROOT, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1])
