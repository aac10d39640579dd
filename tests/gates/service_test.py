"""Plants one problem at a time in what makes a service of the daemon, and sees it found.

    service_test.py ROOT BUILD
"""

import shutil
import sys
import unittest
from pathlib import Path

import checks
import service

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/dev"


class Planted(checks.Planted):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "systemd", self.root / "systemd")
        shutil.copy(BUILD / service.UNIT, self.root / "systemd")
        (self.root / "agent/daemon").mkdir(parents=True)
        for name in ("messages.hpp", "event_log.cpp"):
            shutil.copy(ROOT / "agent/daemon" / name, self.root / "agent/daemon")

    def problems(self, check):
        return list(service.CHECKS[check](self.root, self.root))

    def test_what_is_shipped_has_no_problem(self):
        for check in service.CHECKS:
            with self.subTest(check):
                self.assertEqual(self.problems(check), [])

    def test_unit_finds_a_key_that_systemd_252_does_not_know(self):
        self.plant(service.UNIT, "UMask=", "UMaks=")
        self.assert_found("unit", "Unknown key")

    def test_unit_finds_a_type_that_systemd_252_does_not_know(self):
        self.plant(service.UNIT, "Type=notify", "Type=notify-reload")
        self.assert_found("unit", "Failed to parse service type")

    def test_socket_finds_a_key_that_systemd_252_does_not_know(self):
        self.plant(service.SOCKET, "SocketMode=", "SocketMood=")
        self.assert_found("socket", "Unknown key")

    def test_socket_finds_a_name_that_the_daemon_does_not_take(self):
        self.plant(service.SOCKET, "Name=metrics", "Name=metric")
        self.assert_found("socket", "no line FileDescriptorName=metrics")

    def test_socket_finds_another_address_than_the_daemon_has(self):
        self.plant(service.SOCKET, "127.0.0.1:10471", "10471")
        self.assert_found("socket", "no line ListenStream=127.0.0.1:10471")

    def test_security_finds_a_sandbox_with_a_hole(self):
        self.plant(service.UNIT, "ProtectKernelTunables=yes\n", "")
        self.plant(service.UNIT, "NoNewPrivileges=yes\n", "")
        self.assert_found("security", "exposure level")

    def test_view_finds_what_hides_files(self):
        for line in ("PrivateTmp=yes", "ProtectHome=yes", "ProtectHome=tmpfs",
                     "ProtectKernelModules=yes", "TemporaryFileSystem=/srv", "InaccessiblePaths=/x",
                     "RootDirectory=/x", "RuntimeDirectory=intact", "DynamicUser=yes"):
            with self.subTest(line):
                self.plant(service.UNIT, "[Install]", line + "\n[Install]")
                self.assert_found("view", line)

    def test_view_finds_one_capability_more(self):
        self.plant(service.UNIT, "BoundingSet=CAP_DAC_READ_SEARCH",
                   "BoundingSet=CAP_DAC_READ_SEARCH CAP_CHOWN")
        self.assert_found("view", "CAP_CHOWN")

    def test_catalog_finds_an_event_without_an_entry(self):
        new = "0123456789abcdef0123456789abcdef"
        self.plant("agent/daemon/messages.hpp", "} // namespace",
                   f'inline constexpr std::string_view kNew = "{new}";\n}} // namespace')
        self.assert_found("catalog", "kNew: 0 entries")

    def test_catalog_finds_an_entry_without_an_event(self):
        ids = service.message_ids(self.root)
        self.plant("agent/daemon/messages.hpp", f'"{ids[0][1]}"', '"' + "0" * 32 + '"')
        self.assert_found("catalog", f"{ids[0][1]}: no event")

    def test_catalog_finds_two_entries_of_one_event(self):
        one, other = (value for _, value in service.message_ids(self.root)[:2])
        self.plant("systemd/intact.catalog", f"-- {one}", f"-- {other}")
        self.assert_found("catalog", "2 entries")

    def test_catalog_finds_an_entry_without_subject_or_text(self):
        self.plant("systemd/intact.catalog", "Subject: The backup agent stops\n", "")
        self.assert_found("catalog", "no subject")

    def test_catalog_finds_a_field_that_nothing_sets(self):
        self.plant("systemd/intact.catalog", "@INTACT_ENTRIES@", "@INTACT_ENTRYS@")
        self.assert_found("catalog", "no event sets INTACT_ENTRYS=")

    def test_sysusers_and_tmpfiles_find_a_line_that_cannot_be_read(self):
        self.plant("systemd/sysusers.conf", "u _intact", "w _intact")
        self.assert_found("sysusers", "ends with 1")
        self.plant("systemd/tmpfiles.conf", "d /var/backups", "? /var/backups")
        self.assert_found("tmpfiles", "Unknown command type")

    def test_xml_finds_a_file_that_cannot_be_read(self):
        self.plant("systemd/org.intact.Agent1.conf", "</busconfig>", "")
        self.assert_found("xml", "org.intact.Agent1.conf:")

    def test_xml_finds_an_action_that_is_gone_or_open_to_all(self):
        policy = "systemd/org.intact.Agent1.policy"
        self.plant(policy, "Agent1.cancel", "Agent1.stop")
        self.assert_found("xml", "Agent1.cancel: no such action")
        self.plant(policy, "<allow_any>auth_admin<", "<allow_any>yes<")
        self.assert_found("xml", "allows ['yes'")
        self.plant(policy, "unix-user:_intact", "unix-user:nobody")
        self.assert_found("xml", "may not ask polkit")

    def test_xml_finds_a_rule_of_the_bus_about_others(self):
        self.plant("systemd/org.intact.Agent1.conf", 'send_destination="org.intact.Agent1" ', "")
        self.assert_found("xml", "a rule for others")


if __name__ == "__main__":
    ROOT, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1])
