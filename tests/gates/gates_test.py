"""Plants one violation at a time and sees the gate find it, and clean text pass."""

import shutil
import tempfile
import unittest
from pathlib import Path

import gates


class Planted(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="gates."))
        self.addCleanup(shutil.rmtree, self.root)

    def problems(self, gate, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return list(gates.GATES[gate](self.root))

    def assert_layering(self, path, line, expected):
        problems = self.problems("layering", path, f"#pragma once\n{line}\n")
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith(f"{path}:2: "), problems)
        self.assertIn(expected, problems[0])

    def test_layering_finds_an_include_that_points_right(self):
        self.assert_layering("agent/os/file.hpp", '#include "engine/run.hpp"',
                             "'os' may not include 'engine'")

    def test_layering_finds_an_include_between_neighbours(self):
        self.assert_layering("agent/pipeline/store.hpp", '#include "source/files.hpp"',
                             "'pipeline' may not include 'source'")

    def test_layering_finds_a_folder_that_nobody_has_placed(self):
        self.assert_layering("agent/engine/run.hpp", '#include "extra/run.hpp"', "no folder")

    def test_layering_finds_an_include_that_is_not_from_the_root(self):
        self.assert_layering("agent/engine/run.hpp", '#include "claim.hpp"', "from the root")

    def test_layering_finds_a_library_outside_its_folder(self):
        for library in ("toml++/toml.h", "openssl/evp.h", "zlib.h", "zstd.h", "archive.h", "lzma.h",
                        "bzlib.h", "re2/re2.h",
                        "archive_entry.h", "sqlite3.h", "spdlog/spdlog.h", "CLI/CLI.hpp",
                        "nlohmann/json.hpp", "systemd/sd-bus.h", "prometheus/gauge.h",
                        "microhttpd.h"):
            with self.subTest(library):
                self.assert_layering("agent/engine/run.hpp", f"#include <{library}>", "belongs to")

    def test_layering_finds_a_library_that_nobody_has_placed(self):
        self.assert_layering("agent/base/text.hpp", "#include <boost/any.hpp>", "no folder")

    def test_layering_lets_left_own_and_system_headers_pass(self):
        text = ('#include "engine/claim.hpp"\n#include "pipeline/store.hpp"\n#include <sys/stat.h>\n'
                "#include <vector>\n#include <fmt/format.h>\n#include <tl/expected.hpp>\n")
        self.assertEqual(self.problems("layering", "agent/engine/run.cpp", text), [])

    def test_sizes_finds_a_file_of_one_line_too_many(self):
        self.assertEqual(self.problems("sizes", "agent/a/b.cpp", "\n" * 400), [])
        self.assertEqual(len(self.problems("sizes", "agent/a/b.cpp", "\n" * 401)), 1)

    def test_sizes_holds_headers_to_less(self):
        self.assertEqual(self.problems("sizes", "agent/a/b.hpp", "\n" * 200), [])
        self.assertEqual(len(self.problems("sizes", "agent/a/b.hpp", "\n" * 201)), 1)

    def test_words_finds_unfinished_work(self):
        self.assertEqual(len(self.problems("words", "a.md", "fine\n// TO" "DO: later\n")), 1)

    def test_words_finds_the_path_of_one_machine(self):
        self.assertEqual(len(self.problems("words", "a.sh", "cd /wo" "rk/main\n")), 1)

    def test_words_lets_ordinary_text_pass(self):
        self.assertEqual(self.problems("words", "a.md", "A hackney coach works on /tmp/build.\n"), [])

    @unittest.skipUnless(shutil.which("clang-format-19"), "no clang-format-19 here")
    def test_format_finds_a_badly_set_file(self):
        (self.root / ".clang-format").write_text("BasedOnStyle: LLVM\n", encoding="utf-8")
        (self.root / "tests").mkdir()
        self.assertEqual(self.problems("format", "agent/a/b.cpp", "int a = 1;\n"), [])
        self.assertEqual(len(self.problems("format", "agent/a/b.cpp", "int  a=1 ;\n")), 1)

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shell_finds_an_unquoted_variable_in_a_script_without_suffix(self):
        self.assertEqual(self.problems("shell", "a/run", '#!/usr/bin/env bash\nrm "$1"\n'), [])
        self.assertEqual(len(self.problems("shell", "a/run", "#!/usr/bin/env bash\nrm $1\n")), 1)


if __name__ == "__main__":
    unittest.main()
