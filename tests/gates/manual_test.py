"""Plants one thing at a time that the manual does not know, or knows wrongly, and sees it found.

    manual_test.py ROOT BUILD
"""

import shutil
import sys
import unittest
from pathlib import Path

import checks
import manual

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/dev"
COMMAND = "man/intact.1.scd"
DAEMON = "man/intactd.8.scd"
BUS = "man/org.intact.Agent1.5.scd"
XML = "tests/data/control/org.intact.Agent1.xml"
SOURCES = ("agent/base/error_codes.def", "agent/config/codes.cpp", "agent/daemon/messages.hpp",
           "agent/daemon/event_log.cpp", "agent/control/state.cpp", "agent/control/names.hpp",
           "systemd/intact.catalog", XML)


class Planted(checks.Planted):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "man", self.root / "man")
        for name in SOURCES:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        # Programs whose help says more than that of ours.
        (self.root / "build/agent").mkdir(parents=True)
        for name in ("intact", "intactd"):
            self.let_say(name, "s/^$//")

    def let_say(self, name, edit):
        program = self.root / "build/agent" / name
        program.write_text(f'#!/bin/sh\n{BUILD}/agent/{name} "$@" | sed \'{edit}\'\n', "utf-8")
        program.chmod(0o755)

    def problems(self, check):
        return list(manual.CHECKS[check](self.root, self.root / "build"))

    def test_what_is_there_has_no_problem(self):
        for check in manual.CHECKS:
            if check != "lint" or (shutil.which("scdoc") and shutil.which("mandoc")):
                with self.subTest(check):
                    self.assertEqual(self.problems(check), [])

    @unittest.skipUnless(shutil.which("scdoc") and shutil.which("mandoc"), "no scdoc or mandoc here")
    def test_lint_finds_a_page_that_cannot_be_made_and_one_that_is_named_but_not_there(self):
        self.plant(DAEMON, "*intact*(1), *intact.toml*(5)", "*intact*(1), *intact.tml*(5)")
        self.assert_found("lint", "there is no page intact.tml(5)")
        self.plant(COMMAND, "# NAME", "#NAME")
        self.assert_found("lint", "intact.1.scd: ")

    def test_options_finds_a_new_verb_and_one_that_is_gone(self):
        self.let_say("intact", "s/^  history  /  glance   shows little\\n&/")
        self.assert_found("options", "intact(1), VERBS: nothing of glance")
        self.let_say("intact", "/^  history  /d")
        self.assert_found("options", "intact(1), VERBS: there is no history")

    def test_options_finds_a_new_option_and_one_that_is_gone(self):
        self.let_say("intact", "s/^  --overwrite .*/&\\n  -f,--force   Replaces all/")
        self.assert_found("options", "intact(1), restore: nothing of --force")
        self.assert_found("options", "intact(1), restore: nothing of -f")
        self.let_say("intact", "/^  --as-root/d")
        self.assert_found("options", "intact(1): there is no --as-root")

    def test_options_finds_a_new_option_of_a_verb_of_a_verb_and_of_the_daemon(self):
        self.let_say("intact", "s/^  --origin .*/&\\n  --deep   Shows more/")
        self.assert_found("options", "intact(1), config show: nothing of --deep")
        self.let_say("intactd", "s/^  --no-bus .*/&\\n  --debug   Says more/")
        self.assert_found("options", "intactd(8): nothing of --debug")

    def test_codes_finds_a_new_error_and_another_exit_code(self):
        self.plant("agent/base/error_codes.def", "X(usage,", 'X(haunted, 66, once, "")\nX(usage,')
        self.assert_found("codes", "ERROR CODES: nothing of haunted 66 once")
        self.assert_found("codes", "EXIT STATUS: nothing of 66")
        self.assert_found("codes", "intact --help, Exit codes: nothing of 66")

    def test_codes_finds_a_row_too_many_or_wrong(self):
        self.plant(COMMAND, "|  locked\n:  4\n:  again", "|  locked\n:  4\n:  once")
        self.assert_found("codes", "there is no locked 4 once")

    def test_codes_finds_a_new_mistake_of_the_configuration(self):
        self.plant("agent/config/codes.cpp", '    {"W002"',
                   '    {"E099", Severity::error, "a key that rhymes"},\n    {"W002"')
        self.assert_found("codes", "MISTAKES: nothing of E099 a key that rhymes")

    def test_events_finds_a_new_kind_and_a_new_field(self):
        new = "0123456789abcdef0123456789abcdef"
        self.plant("agent/daemon/messages.hpp", "} // namespace",
                   f'inline constexpr std::string_view kNew = "{new}";\n}} // namespace')
        self.assert_found("events", f"intactd(8), JOURNAL: nothing of {new}")
        self.assert_found("events", f"{new}: not in the catalog")
        self.plant("agent/daemon/event_log.cpp", '{"INTACT_FATE", ', '{"INTACT_DOOM", ')
        self.assert_found("events", "JOURNAL: nothing of INTACT_DOOM")
        self.assert_found("events", "JOURNAL: there is no INTACT_FATE")

    def test_bus_finds_new_members_of_every_kind(self):
        self.plant(XML, ' <method name="Run">', ' <method name="Sing"/>\n <method name="Run">')
        self.assert_found("bus", "nothing of Sing()")
        self.plant(XML, '<arg type="s" name="what" direction="out"/>', "")
        self.assert_found("bus", "nothing of Cancel(s job)")
        self.plant(XML, ' <property name="Paused"', ' <property name="Mood" type="s"/>\n <property name="Paused"')
        self.assert_found("bus", "nothing of Mood (s)")
        self.plant(XML, '<arg type="u" name="jobs"/>', '<arg type="t" name="jobs"/>')
        self.assert_found("bus", "nothing of Reloaded(t jobs)")

    def test_bus_finds_a_new_fact_of_a_job_and_a_new_action(self):
        self.plant("agent/control/state.cpp", 'visitor.fact("BytesRead"', 'visitor.fact("BytesEaten"')
        self.assert_found("bus", "STATE OF A JOB: nothing of BytesEaten")
        self.plant("agent/control/names.hpp", '"org.intact.Agent1.cancel"', '"org.intact.Agent1.stop"')
        self.assert_found("bus", "actions: nothing of stop")

    def test_bus_finds_what_is_described_but_gone(self):
        self.plant(BUS, "*AcceptClock*()", "*AcceptTime*()")
        self.assert_found("bus", "there is no AcceptTime()")


if __name__ == "__main__":
    ROOT, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1])
