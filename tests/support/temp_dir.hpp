// A directory that is gone when the test is.
#pragma once

#include <string>
#include <string_view>

namespace intact::test {

class TempDir {
public:
    /// Below $TMPDIR, else /tmp.
    TempDir();
    ~TempDir();
    TempDir(const TempDir &) = delete;
    TempDir &operator=(const TempDir &) = delete;

    const std::string &path() const { return path_; }
    /// Writes a file below it, parents included, and returns its full path.
    std::string write(std::string_view name, std::string_view content) const;
    std::string operator/(std::string_view name) const;

private:
    std::string path_;
};

/// The whole file, or a failed test assertion and "".
std::string read_file(const std::string &path);

/// Runs a program found in PATH; stdout and stderr together.
struct ProgramResult {
    int exit_code = -1; ///< 128 + signal when killed
    std::string output;
};
ProgramResult run_program(const std::string &shell_command);

} // namespace intact::test
