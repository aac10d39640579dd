// Any bytes as what a client or an operator writes around metrics: an Accept header, the name and
// password of an Authorization header, an address to listen on, a text on the status page.
#include "config/listen_address.hpp"
#include "config/metrics_checks.hpp"
#include "metrics/basic_auth.hpp"
#include "metrics/negotiate.hpp"
#include "metrics/status_page.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace intact;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void try_address(std::string_view text) {
    const auto address = config::parse_listen_address(text);
    if (!address) {
        require(address.error().at + address.error().length <= text.size());
        require(!address.error().message.empty());
        return;
    }
    // What is read is written so that it reads the same.
    const auto again = config::parse_listen_address(text_of(*address));
    require(again && *again == *address);
}

void try_authorization(std::string_view text) {
    for (const std::string &header : {std::string(text), "Basic " + std::string(text)}) {
        if (const auto credentials = metrics::parse_basic(header)) {
            require(credentials->user.find(':') == std::string::npos);
            require(credentials->user.find('\0') == std::string::npos);
            require(credentials->password.find('\0') == std::string::npos);
            require(credentials->password.size() < 512);
        }
    }
}

std::size_t tags_of(std::string_view text) {
    const std::string any(text);
    metrics::StatusPage page{any, any, {}, any, {{.name = any, .state = any, .last_result = any}}};
    const metrics::Answer answer = metrics::status_answer(std::move(page));
    std::size_t opened = 0;
    std::size_t closed = 0;
    for (std::string piece = answer.more(); !piece.empty(); piece = answer.more()) {
        require(piece.size() <= 256U << 10);
        for (const char c : piece) {
            opened += c == '<' ? 1 : 0;
            closed += c == '>' ? 1 : 0;
            require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
        }
    }
    require(opened == closed);
    return opened;
}

void try_page(std::string_view text) {
    // No text makes a tag: there are as many as of a letter, or of nothing.
    static const std::size_t kOfALetter = tags_of("x");
    static const std::size_t kOfNothing = tags_of("");
    require(tags_of(text) == (text.empty() ? kOfNothing : kOfALetter));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    metrics::choose_dialect(text);
    config::check_user_name(text);
    config::check_password_hash(text);
    config::check_textfile(text);
    try_address(text);
    try_authorization(text);
    try_page(text);
    return 0;
}
