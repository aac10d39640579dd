"""What the packages say of themselves, held to the build.

    packaging.py versions|needs|installed ROOT BUILD

Prints each problem; exit 1 when there is one. packaging_test.py plants a problem of each kind and sees
it found.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import checks
from checks import read

# Of build-essential, which every builder has.
_NOT_DECLARED = {"g++"}


def first(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else None


def versions(root, _):
    version = first(r"^project\(intact VERSION (\S+)", read(root, "CMakeLists.txt"))
    date = first(r'^set\(INTACT_RELEASE_DATE "(\S+)"\)', read(root, "CMakeLists.txt"))
    spec = read(root, "packaging/rpm/intact.spec")
    said = {
        "packaging/debian/changelog": first(r"^intact \((.*)\)", read(root, "packaging/debian/changelog")),
        "packaging/rpm/intact.spec": first(r"^Version: +(\S+)", spec),
        "packaging/rpm/intact.spec, %changelog": first(r"^\* .* - (.*)-\d+$", spec),
    }
    yield from (f"{where}: {found}, not {version}" for where, found in said.items() if found != version)
    released = subprocess.run(["date", "-u", "-d", first(r"^ -- .*>  (.*)$",
                                                         read(root, "packaging/debian/changelog")),
                               "+%F"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if released != date:
        yield f"packaging/debian/changelog: of {released}, not {date}"


def needs(root, _):
    """What the list of packages for building has is declared, and the same libraries by the RPM."""
    listed = first(r"^debian_build=\(([^)]*)\)", read(root, "tests/support/packages.sh")).split()
    control = read(root, "packaging/debian/control")
    declared = re.findall(r"[\w.+-]+", re.sub(r"\(.*?\)", "", first(
        r"^Build-Depends:((?:\n .*)+)", control)))
    yield from (f"packaging/debian/control: builds without {name}"
                for name in listed if name not in declared and name not in _NOT_DECLARED)
    wanted = len([name for name in declared if name.endswith("-dev") and name != "systemd-dev"])
    spec = read(root, "packaging/rpm/intact.spec")
    found = set(re.findall(r"^BuildRequires: +(?:pkgconfig|cmake)\((.*)\)", spec, re.MULTILINE))
    if wanted != len(found - {"systemd"}):
        yield f"packaging/rpm/intact.spec: {len(found - {'systemd'})} libraries, Debian's builds with {wanted}"


def installed(root, build):
    """Every file that is installed is listed by the RPM, and the other way round."""
    spec = read(root, "packaging/rpm/intact.spec")
    listed = [line.split()[-1] for line in spec.partition("%files\n")[2].partition("\n\n")[0].splitlines()
              if line and not line.startswith(("%license", "%doc", "%dir"))]
    macros = {"_bindir": "/usr/bin", "_sbindir": "/usr/sbin", "_datadir": "/usr/share",
              "_mandir": "/usr/share/man", "_sysconfdir": "/etc", "_unitdir": "*/systemd/system",
              "_sysusersdir": "/usr/lib/sysusers.d", "_tmpfilesdir": "/usr/lib/tmpfiles.d",
              "_journalcatalogdir": "/usr/lib/systemd/catalog", "zshdir": "/usr/share/zsh/*"}
    patterns = [re.sub(r"%\{(\w+)\}", lambda match: macros[match[1]], name) for name in listed]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cmake", "--install", str(build)], env={"DESTDIR": folder, "PATH": "/usr/bin:/bin"},
                       stdout=subprocess.DEVNULL, check=True)
        files = [f"/{path.relative_to(folder)}" for path in Path(folder).rglob("*") if path.is_file()]
    for name in sorted(files):
        if not any(Path(name).match(pattern) or name.startswith(pattern + "/") for pattern in patterns):
            yield f"packaging/rpm/intact.spec: nothing of {name}"
    for pattern in patterns:
        if not any(Path(name).match(pattern) or name.startswith(pattern + "/") for name in files):
            yield f"packaging/rpm/intact.spec: {pattern} is not installed"


CHECKS = {"versions": versions, "needs": needs, "installed": installed}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, CHECKS))
