"""What makes a service of the daemon, held to what systemd, dbus and polkit take.

    service.py unit|socket|security|view|catalog|sysusers|tmpfiles|xml ROOT BUILD

BUILD holds systemd/intactd.service. Prints each problem; exit 1 when there is one, 77 when the check
cannot run here. service_test.py plants a problem of each kind and sees it found.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

import checks
from checks import read, tool

UNIT = "systemd/intactd.service"
SOCKET = "systemd/intactd-metrics.socket"
# Ten times what 'systemd-analyze security' gives.
EXPOSURE = 21

# Options that hide files from a backup or put others in their place, with the values that do not; and
# RuntimeDirectory=, which would remove /run/intact and the configuration there at each stop.
HIDES = {
    "PrivateTmp": {"no"}, "ProtectKernelModules": {"no"},
    "PrivateUsers": {"no"}, "DynamicUser": {"no"}, "ProtectHome": {"no", "read-only"},
    "ProcSubset": {"all"}, "TemporaryFileSystem": set(), "InaccessiblePaths": set(),
    "InaccessibleDirectories": set(), "NoExecPaths": set(), "RootDirectory": set(),
    "RootImage": set(), "MountImages": set(), "ExtensionImages": set(),
    "ExtensionDirectories": set(), "BindPaths": set(), "BindReadOnlyPaths": set(),
    "RuntimeDirectory": set(), "PrivateIPC": {"no"}, "MountAPIVFS": {"no"},
}
_ACTIONS = {"run", "cancel", "pause", "reload", "accept-clock"}
_OWNER = "org.freedesktop.policykit.owner"


def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


def settings(build):
    """(line number, key, value) of the unit; comments left out."""
    for number, line in enumerate(read(build, UNIT).splitlines(), 1):
        if "=" in line and not line.startswith(("#", ";", "[")):
            key, value = line.split("=", 1)
            yield number, key.strip(), value.strip()


def unit(_, build):
    """Any word of systemd's is a problem: for a key that it does not know it still ends with 0."""
    with tempfile.TemporaryDirectory() as folder:
        # The programs are not installed on this host; everything else is as it is shipped.
        text = re.sub(r"^(Exec\w+)=\S+", r"\1=/bin/true", read(build, UNIT),
                      flags=re.MULTILINE)
        copy = Path(folder, "intactd.service")
        copy.write_text(text, encoding="utf-8")
        status, said = output_of(tool("systemd-analyze"), "verify", "--man=no", str(copy))
    yield from said.splitlines()
    if status != 0 and not said:
        yield f"systemd-analyze verify ends with {status}"


def socket_unit(root, build):
    with tempfile.TemporaryDirectory() as folder:
        # It names the service, which has to be there.
        service = re.sub(r"^(Exec\w+)=\S+", r"\1=/bin/true", read(build, UNIT),
                         flags=re.MULTILINE)
        Path(folder, "intactd.service").write_text(service, encoding="utf-8")
        shutil.copy(root / SOCKET, folder)
        status, said = output_of(tool("systemd-analyze"), "verify", "--man=no",
                                 str(Path(folder, "intactd-metrics.socket")))
    yield from said.splitlines()
    if status != 0 and not said:
        yield f"systemd-analyze verify ends with {status}"
    lines = read(root, SOCKET).splitlines()
    for needed in ("FileDescriptorName=metrics", "Service=intactd.service",
                   "ListenStream=127.0.0.1:10471"):
        if needed not in lines:
            yield f"{SOCKET}: no line {needed}"


def security(_, build):
    status, said = output_of(tool("systemd-analyze"), "security", "--offline=yes", "--no-pager",
                             f"--threshold={EXPOSURE}", str(build / UNIT))
    if status != 0:
        yield said.strip().splitlines()[-1]


def view(_, build):
    for number, key, value in settings(build):
        if key in HIDES and value not in HIDES[key]:
            yield f"{UNIT}:{number}: {key}={value} changes what the service sees"
    kept = {key: value for _, key, value in settings(build)}
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        if kept.get(key) != "CAP_DAC_READ_SEARCH":
            yield f"{UNIT}: {key}={kept.get(key)}, not CAP_DAC_READ_SEARCH alone"


def message_ids(root):
    text = read(root, "agent/daemon/messages.hpp")
    return re.findall(r'string_view (k\w+)\s*=\s*"([0-9a-f]*)"', text)


def catalog_entries(root):
    """(id, fields, text) of each entry."""
    text = read(root, "systemd/intact.catalog")
    for part in re.split(r"^-- ", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n\n")
        first, *fields = head.splitlines()
        yield first.strip(), dict(line.split(": ", 1) for line in fields if ": " in line), body


def catalog(root, _):
    ids = message_ids(root)
    known = [entry for entry, _, _ in catalog_entries(root)]
    for name, value in ids:
        if not re.fullmatch(r"[0-9a-f]{32}", value):
            yield f"{name}: '{value}' is no message id"
        if known.count(value) != 1:
            yield f"{name}: {known.count(value)} entries in the catalog"
    for value in {value for _, value in ids if [one for _, one in ids].count(value) > 1}:
        yield f"{value}: more than one kind of event"
    for entry, fields, text in catalog_entries(root):
        if entry not in {value for _, value in ids}:
            yield f"{entry}: no event has this id"
        if not fields.get("Subject") or not fields.get("Defined-By") or not text.strip():
            yield f"{entry}: no subject, no origin or no text"
        yield from unknown_fields(root, entry, fields.get("Subject", "") + text)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "usr/lib/systemd/catalog")
        place.mkdir(parents=True)
        Path(folder, "var/lib/systemd/catalog").mkdir(parents=True)
        shutil.copy(root / "systemd/intact.catalog", place)
        _, said = output_of(tool("journalctl"), f"--root={folder}", "--update-catalog")
        yield from said.splitlines()


def unknown_fields(root, entry, text):
    """A field that no entry of ours sets would be shown as nothing."""
    source = read(root, "agent/daemon/event_log.cpp")
    for field in re.findall(r"@(\w+)@", text):
        if f'"{field}"' not in source:
            yield f"{entry}: no event sets {field}="


def in_a_root(root, kind, *command):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sysusers", "tmpfiles"):
            place = Path(folder, f"usr/lib/{name}.d")
            place.mkdir(parents=True)
            shutil.copy(root / f"systemd/{name}.conf", place / "intact.conf")
        Path(folder, "etc").mkdir()
        if kind == "tmpfiles":
            Path(folder, "etc/passwd").write_text("_intact:x:990:990::/:/bin/false\n", "utf-8")
            Path(folder, "etc/group").write_text("_intact:x:990:\n", "utf-8")
        return output_of(tool(f"systemd-{kind}"), f"--root={folder}", *command, "intact.conf")


def sysusers(root, _):
    status, said = in_a_root(root, "sysusers", "--dry-run")
    if status != 0 or "reating user '_intact' (Intact backup agent)" not in said:
        yield f"systemd-sysusers ends with {status}: {said.strip()}"


def tmpfiles(root, _):
    status, said = in_a_root(root, "tmpfiles", "--create")
    # Without root the folders are made, but cannot be given away.
    problems = [line for line in said.splitlines() if "Operation not permitted" not in line]
    yield from problems
    if status not in (0, 73) and not problems:
        yield f"systemd-tmpfiles ends with {status}"


def policy_problems(tree):
    actions = {action.get("id"): action for action in tree.iter("action")}
    expected = {f"org.intact.Agent1.{name}" for name in _ACTIONS}
    for name in sorted(expected ^ set(actions)):
        yield f"{name}: " + ("an action too many" if name in actions else "no such action")
    for name, action in actions.items():
        defaults = [action.findtext(f"defaults/allow_{kind}") for kind in
                    ("any", "inactive", "active")]
        if defaults != ["auth_admin", "auth_admin", "auth_admin_keep"]:
            yield f"{name}: allows {defaults}"
        owners = [one.text for one in action.findall("annotate") if one.get("key") == _OWNER]
        if owners != ["unix-user:_intact"]:
            yield f"{name}: the daemon may not ask polkit about it"


def well_formed(root, _):
    trees = {}
    for path in sorted((root / "systemd").glob("org.intact.Agent1.*")):
        try:
            trees[path.suffix] = xml.parse(path).getroot()
        except xml.ParseError as error:
            yield f"{path.name}: {error}"
    if ".policy" in trees:
        yield from policy_problems(trees[".policy"])
    for rule in trees[".conf"].iter("allow") if ".conf" in trees else []:
        if "org.intact.Agent1" not in (rule.get("own"), rule.get("send_destination")):
            yield f"org.intact.Agent1.conf: a rule for others than us: {rule.attrib}"


CHECKS = {"unit": unit, "socket": socket_unit, "security": security, "view": view, "catalog": catalog,
          "sysusers": sysusers, "tmpfiles": tmpfiles, "xml": well_formed}


if __name__ == "__main__":
    sys.exit(checks.main(__doc__, CHECKS))
