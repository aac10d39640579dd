#include "unit/schedule/systemd_analyze.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <sstream>
#include <stdexcept>

namespace intact::schedule {
namespace {

// EDEADLK: "Infinite loop in calendar calculation", near gaps of half an hour.
constexpr std::string_view kGivesUp = "Resource deadlock avoided";

std::string quoted_path(const std::string &text) {
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

/// "Sat 2026-03-28 23:30:00 UTC"
Instant instant_of(const std::string &text) {
    std::tm parts{};
    if (strptime(text.c_str(), "%a %Y-%m-%d %H:%M:%S UTC", &parts) == nullptr) {
        throw std::runtime_error("systemd-analyze said " + text);
    }
    return Instant(std::chrono::seconds(timegm(&parts)));
}

SystemdAnswer answer_of(const std::string &block) {
    SystemdAnswer answer;
    std::vector<std::string> local;
    std::vector<std::string> utc;
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        const std::size_t begin = line.find_first_not_of(' ');
        if (colon == std::string::npos) {
            continue;
        }
        const std::string key = line.substr(begin, colon - begin);
        const std::string value = line.substr(colon + 2);
        if (key == "Normalized form") {
            answer.normal_form = value;
        } else if (key == "Next elapse" || key.starts_with("Iter. #") ||
                   key.starts_with("Iteration #")) {
            local.push_back(value);
        } else if (key == "(in UTC)") {
            utc.push_back(value);
        }
    }
    for (const std::string &text : utc.empty() ? local : utc) {
        if (text != "never") {
            answer.next.push_back(instant_of(text));
        }
    }
    return answer;
}

} // namespace

bool has_systemd_analyze() {
    return test::run_program("systemd-analyze --version").exit_code == 0;
}

std::vector<SystemdAnswer> ask_systemd(const std::vector<std::string> &expressions,
                                       const std::string &zone, Instant base, int iterations) {
    std::string command = fmt::format(
        "TZ={} SYSTEMD_COLORS=0 systemd-analyze calendar --iterations={} --base-time={} --", zone,
        iterations,
        quoted_path(Zone::named("UTC")->text(base).replace(10, 1, " ").substr(0, 19) + " UTC"));
    for (const std::string &expression : expressions) {
        command += " " + quoted_path(expression);
    }
    const std::string out = test::run_program(command).output;
    std::vector<SystemdAnswer> answers;
    if (out.find(kGivesUp) != std::string::npos) {
        if (expressions.size() == 1) {
            return {SystemdAnswer{.normal_form = "", .next = {}, .gave_up = true}};
        }
        for (const std::string &expression : expressions) {
            for (SystemdAnswer &answer : ask_systemd({expression}, zone, base, iterations)) {
                answers.push_back(std::move(answer));
            }
        }
        return answers;
    }
    for (std::size_t begin = 0; begin < out.size();) {
        const std::size_t end = std::min(out.find("\n\n", begin), out.size());
        answers.push_back(answer_of(out.substr(begin, end - begin)));
        begin = end + 2;
    }
    return answers;
}

bool systemd_takes(const std::string &expression) {
    return test::run_program("systemd-analyze calendar -- " + quoted_path(expression)).exit_code ==
           0;
}

} // namespace intact::schedule
