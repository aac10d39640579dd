#include "metrics/basic_auth.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <gnutls/gnutls.h>

namespace intact::metrics {
namespace {

constexpr std::string_view kScheme = "Basic";
constexpr std::size_t kLongest = 511; ///< of a password: CRYPT_MAX_PASSPHRASE_SIZE with its end

bool is_base64(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/' || c == '=';
    });
}

std::optional<std::string> decoded(std::string_view text) {
    // The library skips what is no base64.
    if (!is_base64(text)) {
        return std::nullopt;
    }
    std::string coded(text);
    const gnutls_datum_t input{reinterpret_cast<unsigned char *>(coded.data()),
                               static_cast<unsigned>(coded.size())};
    gnutls_datum_t output{};
    const int status = gnutls_base64_decode2(&input, &output);
    wipe(coded);
    if (status != GNUTLS_E_SUCCESS) {
        return std::nullopt;
    }
    std::string plain(reinterpret_cast<const char *>(output.data), output.size);
    explicit_bzero(output.data, output.size);
    gnutls_free(output.data);
    return plain;
}

} // namespace

std::optional<Credentials> parse_basic(std::string_view authorization) {
    const std::size_t space = std::min(authorization.find(' '), authorization.size());
    if (!is_same_word(authorization.substr(0, space), kScheme)) {
        return std::nullopt;
    }
    const std::size_t begin =
        std::min(authorization.find_first_not_of(' ', space), authorization.size());
    std::optional<std::string> plain = decoded(authorization.substr(begin));
    if (!plain) {
        return std::nullopt;
    }
    std::optional<Credentials> credentials;
    const std::size_t colon = plain->find(':');
    if (colon != std::string::npos && plain->find('\0') == std::string::npos &&
        plain->size() - colon - 1 <= kLongest) {
        credentials = Credentials{plain->substr(0, colon), plain->substr(colon + 1)};
    }
    wipe(*plain);
    return credentials;
}

void wipe(std::string &secret) {
    explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

} // namespace intact::metrics
