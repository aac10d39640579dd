// Real streams for the tests of formats: made by the real tools, once for a whole program.
#pragma once

#include "formats/make_check.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intact::test {

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// What a shell command writes to stdout; a failed assertion when it fails. It runs in a directory
/// that holds `tree/` (files of a few MB, long names, a sparse file, links), `text` (4 MB that
/// compress a little), `part` of it, `lines` (JSON lines), `small` and `database` (SQLite).
std::string stream_of(const std::string &command);

/// A dump by a real server, see tests/support/dumps.sh; empty when that server is not installed.
const std::string &dump(const std::string &name);

/// Through a program that reads stdin and writes stdout.
std::string compressed(const std::string &stream, const std::string &program);

/// As mongodump --archive writes it, of collections whose documents take turns.
std::string mongodb_archive(std::size_t collections, std::size_t documents_each);

bool has_program(const std::string &name);

/// The check of a format by its name, as a job has it.
std::unique_ptr<formats::StreamCheck> check_named(std::string_view format,
                                                  std::string_view pattern = "");

/// Feeds a check to its end, in pieces of a size that the function gives, at least 1.
Result<> run_check(formats::StreamCheck &check, std::string_view stream,
                   const std::function<std::size_t()> &piece);
Result<> run_check(formats::StreamCheck &check, std::string_view stream,
                   std::size_t piece = 64 << 10);

} // namespace intact::test
