// What a command's end and its words are taken for, by the rules of its job. Knows no process.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "formats/pattern.hpp"
#include "os/process.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

class ExitJudge {
public:
    explicit ExitJudge(const config::ExitRules &rules);

    /// A line of stderr, at most 8 KiB. Keeps of each pattern how many lines it is found in, and
    /// the first of them, shortened: memory does not grow with what is said.
    void hear(std::string_view line);

    /// After the last line: the warnings that a success comes with. `who` is for people: "command
    /// 'pg_dump'". Errors: source_failed for an end that is a failure, quoting the reason, else
    /// `last_line`; source_incomplete for a line that is one.
    Result<std::vector<Warning>> judge(const std::string &who, const os::ExitStatus &status,
                                       const std::string &last_line) const;

private:
    struct Heard {
        std::string text; ///< of the pattern
        formats::Pattern pattern;
        std::uint64_t lines = 0;
        std::string first;
    };
    static std::vector<Heard> listen_for(const std::vector<std::string> &patterns);
    static void hear(std::string_view line, std::vector<Heard> &patterns);
    config::Verdict verdict_on(const os::ExitStatus &status) const;

    const config::ExitRules &rules_;
    std::vector<Heard> warnings_;
    std::vector<Heard> failures_;
    std::optional<formats::Pattern> reason_;
    std::string why_; ///< the last line in which that is found, shortened
};

} // namespace intact::source
