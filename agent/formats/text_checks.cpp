#include "formats/text_checks.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::formats {
namespace {

constexpr std::size_t kHeadBytes = 512;
constexpr std::string_view kOpening = "--\n-- PostgreSQL database ";
constexpr std::string_view kRestrict = "\n\\restrict ";

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

// The last words of a stream, for a message.
std::string ending_of(std::string_view tail) {
    constexpr std::size_t kShown = 40;
    return fmt::format("\"{}\"", tail.substr(tail.size() - std::min(kShown, tail.size())));
}

bool is_digits(std::string_view text, std::string_view shape) {
    return text.size() == shape.size() &&
           std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
               const bool is_digit = c >= '0' && c <= '9';
               return s == '0' ? is_digit : s == '_' ? is_digit || c == ' ' : c == s;
           });
}

} // namespace

Result<> PgDumpPlainCheck::feed(std::span<const std::byte> bytes) {
    if (head_.size() < kHeadBytes) {
        head_ += text_of(bytes).substr(0, kHeadBytes - head_.size());
    }
    tail_.add(text_of(bytes));
    return {};
}

Result<> PgDumpPlainCheck::finish() {
    std::string_view kind = head_;
    const bool is_dump = kind.starts_with(kOpening);
    kind.remove_prefix(is_dump ? kOpening.size() : 0);
    if (!is_dump || (!kind.starts_with("dump\n") && !kind.starts_with("cluster dump\n"))) {
        return fail(incomplete("pg_dump", 0,
                               "expected \"-- PostgreSQL database dump\", found "
                               "other text"));
    }
    kind = kind.substr(0, kind.find('\n'));
    std::string end = fmt::format("{}{} complete\n--\n\n", kOpening, kind);
    // pg_dumpall writes \unrestrict before its last words.
    const std::size_t at = kind == "dump" ? head_.find(kRestrict) : std::string::npos;
    if (at != std::string::npos) {
        const std::string_view rest = std::string_view(head_).substr(at + kRestrict.size());
        end += fmt::format("\\unrestrict {}\n\n", rest.substr(0, rest.find('\n')));
    }
    if (!tail_.text().ends_with(end)) {
        return fail(incomplete("pg_dump", tail_.total(),
                               fmt::format("expected \"-- PostgreSQL database {} complete\" and "
                                           "what belongs to it, the stream ends in {}",
                                           kind, ending_of(tail_.text()))));
    }
    return {};
}

Result<> MySqlDumpCheck::feed(std::span<const std::byte> bytes) {
    tail_.add(text_of(bytes));
    return {};
}

Result<> MySqlDumpCheck::finish() {
    constexpr std::string_view kCompleted = "-- Dump completed";
    std::string_view text = tail_.text();
    const bool has_newline = text.ends_with('\n');
    text.remove_suffix(has_newline ? 1 : 0);
    std::string_view line = text.substr(text.rfind('\n') + 1);
    bool is_complete = has_newline && line.size() < text.size() && line.starts_with(kCompleted);
    if (is_complete) {
        line.remove_prefix(kCompleted.size());
        is_complete = line.empty() || is_digits(line, " on 0000-00-00 _0:00:00");
    }
    if (!is_complete) {
        return fail(
            incomplete("mysqldump", tail_.total(),
                       fmt::format("expected the line \"-- Dump completed\" at the end, "
                                   "the stream ends in {}",
                                   ending_of(tail_.text())))
                .with_hint("the dump was cut; or it was told to write no comments, then let "
                           "it, or use source.format = \"regex\""));
    }
    return {};
}

Result<> RegexCheck::feed(std::span<const std::byte> bytes) {
    tail_.add(text_of(bytes));
    return {};
}

Result<> RegexCheck::finish() {
    if (!pattern_.is_in(tail_.text())) {
        return fail(incomplete("regex", tail_.total(),
                               fmt::format("expected '{}' in the last {} bytes, the stream ends in "
                                           "{}",
                                           pattern_text_, window_, ending_of(tail_.text()))));
    }
    return {};
}

} // namespace intact::formats
