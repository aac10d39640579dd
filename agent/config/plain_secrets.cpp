#include "config/plain_secrets.hpp"

#include "config/file_access.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>
#include <vector>

namespace intact::config {
namespace {

constexpr mode_t kReadable = 4;

constexpr std::array<std::string_view, 5> kWithin{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET",
                                                  "TOKEN"};
// MYSQL_PWD, but not PWD and OLDPWD, which are directories.
constexpr std::array<std::string_view, 4> kAtTheEnd{"_KEY", "_PWD", "_PASS", "_CREDENTIALS"};
constexpr std::array<std::string_view, 7> kSayWhere{"FILE", "PATH", "_DIR", "_COMMAND",
                                                    "_CMD", "_URL", "_NAME"};

std::string in_capitals(std::string_view text) {
    std::string capitals(text);
    std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return capitals;
}

/// Who beside root and the service may read a file; of one that cannot be looked at, nobody.
std::optional<std::string> readers_of(const std::string &path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 ? others_with(kReadable, status) : std::nullopt;
}

struct PlainSecret {
    std::string key; ///< in full
    std::string name;
    Span span;
};

bool is_plain(const VariableValue &value) {
    return value.from == VariableValue::From::text && !value.text.empty();
}

std::vector<PlainSecret> secrets_in(const Layer &layer) {
    std::vector<PlainSecret> secrets;
    for (const auto &[key, value] : layer.values) {
        if (const auto *secret = std::get_if<Entry>(&value.data);
            secret != nullptr && is_plain(secret->value)) {
            secrets.push_back(
                {std::string(key), std::string(key.substr(key.rfind('.') + 1)), secret->span});
        }
        const auto *entries = std::get_if<std::map<std::string, Entry>>(&value.data);
        if (entries == nullptr || !key.ends_with(".environment")) {
            continue;
        }
        for (const auto &[name, entry] : *entries) {
            if (is_plain(entry.value) && names_secret(name)) {
                secrets.push_back({fmt::format("{}.{}", key, name), name, entry.span});
            }
        }
    }
    return secrets;
}

} // namespace

bool names_secret(std::string_view variable) {
    const std::string name = in_capitals(variable);
    const auto ends_it = [&](std::string_view end) { return name.ends_with(end); };
    if (std::any_of(kSayWhere.begin(), kSayWhere.end(), ends_it)) {
        return false;
    }
    return std::any_of(kAtTheEnd.begin(), kAtTheEnd.end(), ends_it) ||
           std::any_of(kWithin.begin(), kWithin.end(),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

void check_plain_secrets(const Layer &layer, const std::string &path, Remarks &remarks) {
    // First, as there may be thousands of files with none, and looking up a group asks a server.
    const std::vector<PlainSecret> secrets = secrets_in(layer);
    if (secrets.empty()) {
        return;
    }
    const std::optional<std::string> readers = readers_of(path);
    if (!readers) {
        return;
    }
    for (const auto &[key, name, span] : secrets) {
        remarks.add(Code::plain_secret, span,
                    {fmt::format("'{}' is a secret in plain text, in a file that {} may read", key,
                                 *readers),
                     "",
                     fmt::format("have systemd keep it: {} = {{ credential = \"NAME\", as = "
                                 "\"content\" }}, see SECRETS in intact.toml(5); or take the "
                                 "right to read from others: chmod 0600",
                                 name)});
    }
}

} // namespace intact::config
