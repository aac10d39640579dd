"""Plants one key, example or schema too many or too few at a time, and sees it found.

    keys_test.py ROOT BUILD
"""

import json
import shutil
import sys
import unittest
from pathlib import Path

import checks
import keys

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/dev"
JOB = "config/job.schema.json"
PAGE = "man/intact.toml.5.scd"


class Planted(checks.Planted):
    def setUp(self):
        super().setUp()
        for name in ("config", "man"):
            shutil.copytree(ROOT / name, self.root / name)

    def problems(self, check):
        return list(keys.CHECKS[check](self.root, BUILD))

    def plant_key(self, row):
        file = self.root / JOB
        schema = json.loads(file.read_text(encoding="utf-8"))
        schema["properties"]["run"]["properties"]["sleep"] = row
        file.write_text(json.dumps(schema), encoding="utf-8")

    def test_what_is_there_has_no_problem(self):
        for check in ("schema", "manual", "examples"):
            with self.subTest(check):
                self.assertEqual(self.problems(check), [])

    def test_schema_finds_a_key_that_the_program_has_not_and_a_missing_file(self):
        self.plant_key({"x-intact-type": "duration"})
        self.assert_found("schema", "job.schema.json: not what 'intact config schema job' prints")
        (self.root / "config/intact.schema.json").unlink()
        self.assert_found("schema", "intact.schema.json: not what")

    def test_manual_finds_a_new_key_without_an_entry(self):
        self.plant_key({"x-intact-type": "duration", "default": "1s"})
        self.assert_found("manual", "run.sleep: not in intact.toml(5)")

    def test_manual_finds_a_new_key_of_the_daemon_without_an_entry(self):
        self.plant("config/intact.schema.json", '"max_concurrent_runs"', '"most_runs"')
        self.assert_found("manual", "daemon.most_runs: not in intact.toml(5)")
        self.assert_found("manual", "daemon.max_concurrent_runs: in intact.toml(5), but no key")

    def test_manual_finds_an_entry_without_a_key(self):
        self.plant(PAGE, "*retries*\n", "*sleep*\n\t_duration_. ++\nExample: *sleep = \"1s\"*\n\n*retries*\n")
        self.assert_found("manual", "run.sleep: in intact.toml(5), but no key")

    def test_manual_finds_another_default_type_or_source(self):
        self.plant(PAGE, '_duration_, default *"5min"*. A hook', '_duration_, default *"6min"*. A hook')
        self.assert_found("manual", 'hooks.timeout: default is "5min", the manual says "6min"')
        self.plant(PAGE, "_integer from 0 to 100_", "_integer from 0 to 10_")
        self.assert_found("manual", "run.retries: type is integer from 0 to 100")
        self.plant(PAGE, '_one of "size", "checksum", "archive"_', '_one of "size"_')
        self.assert_found("manual", "verify.after_run: type is")
        self.plant(PAGE, "type _kubernetes_ only. Absolute path inside", "type _files_ only. Absolute path inside")
        self.assert_found("manual", "source.path: sources is")

    def test_manual_finds_an_example_that_is_missing_or_of_another_key(self):
        self.plant(PAGE, "Example: *retries = 2*", "Example: *retry_delay = 2*")
        self.assert_found("manual", "run.retries: has no example of its own")
        self.plant(PAGE, "Example: *nice = 5*", "Example: *nice = five*")
        self.assert_found("manual", "run.nice: its example is no TOML")

    def test_examples_finds_what_the_program_refuses(self):
        self.plant(PAGE, "Example: *retries = 2*", "Example: *retries = 200*")
        self.plant(PAGE, 'paths = ["/etc", "/var/lib/dpkg"]\n\n[run]', 'path = ["/etc"]\n\n[run]')
        self.plant("config/jobs.d/etc.toml.example", 'type    = "files"', 'type    = "file"')
        self.plant("config/intact.toml", "#max_concurrent_runs     =", "#max_concurrent_run =")
        for expected in ("run-retries.toml:", "'source.paths' is missing", "shipped-etc.toml:", "intact.toml:"):
            self.assert_found("examples", expected)

    def test_taplo_finds_what_the_schema_refuses(self):
        self.plant(PAGE, "Example: *retries = 2*", "Example: *retries = 200*")
        self.plant("config/jobs.d/etc.toml.example", "[source]\n", "[source]\nunheard_of = true\n")
        self.plant("config/jobs.d/kubernetes.toml.example", "#:schema ", "# schema ")
        try:
            problems = "\n".join(self.problems("taplo"))
        except SystemExit:
            self.skipTest("taplo cannot be had here")
        for expected in ("run-retries.toml", "shipped-etc.toml",
                         "shipped-kubernetes.toml: its first line"):
            self.assertIn(expected, problems)
        self.assertNotIn("run-nice.toml", problems)


if __name__ == "__main__":
    ROOT, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1])
