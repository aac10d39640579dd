#include "cli/questions.hpp"

#include "base/text.hpp"
#include "cli/terminal.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;

/// Without its newline and the blanks around it.
Result<std::string> read_line() {
    std::string line;
    for (char c = 0; c != '\n';) {
        const ssize_t count = read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_errno(errno, "read the answer");
        }
        if (count == 0 || line.size() > kLongestLine) {
            print_aside("\n");
            return fail(Error(ErrorCode::cancelled, "no answer").with_hint("nothing was written"));
        }
        line += c;
    }
    const std::size_t begin = line.find_first_not_of(" \t\r\n");
    const std::size_t end = line.find_last_not_of(" \t\r\n");
    return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
}

} // namespace

Result<> ask(const Question &question, const std::function<Result<>(const std::string &)> &take) {
    for (;;) {
        print_aside(question.usual.empty()
                        ? fmt::format("{}: ", question.text)
                        : fmt::format("{} [{}]: ", question.text, one_line(question.usual)));
        INTACT_TRY_ASSIGN(const std::string answer, read_line());
        const auto taken = take(answer.empty() ? question.usual : answer);
        if (taken) {
            return {};
        }
        print_aside(fmt::format("  {}\n", taken.error().message()));
        if (!taken.error().hint().empty()) {
            print_aside(fmt::format("  {}\n", one_line(taken.error().hint())));
        }
    }
}

} // namespace intact::cli
