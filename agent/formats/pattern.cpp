#include "formats/pattern.hpp"

#include <re2/re2.h>

namespace intact::formats {
namespace {

// Dumps hold any bytes, and so may what is looked for: each byte is a character.
re2::RE2::Options byte_options() {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    return options;
}

} // namespace

Pattern::Pattern(std::string_view text)
    : expression_(
          std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), byte_options())) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern &&) noexcept = default;

std::string Pattern::complaint() const {
    return expression_->ok() ? "" : expression_->error();
}

bool Pattern::is_in(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

} // namespace intact::formats
