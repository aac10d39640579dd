#include "config/metrics_checks.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::config {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kHashLength = 60; ///< "$2b$", cost, '$', 22 of salt, 31 of hash
constexpr std::size_t kLongestUser = 128;
/// About a second of a processor; each more doubles that.
constexpr int kHighestCost = 14;
constexpr std::string_view kHashHint = "'htpasswd -nB NAME' prints one";

bool is_hash_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '/';
}

Complaint hash_complaint(std::string message) {
    return {Code::bad_password_hash, std::move(message), "", std::string(kHashHint), 0, 0};
}

void require_other(const Layer &agent, std::string_view key, std::string_view needed,
                   Remarks &remarks) {
    const Value *value = agent.find(key);
    const auto is_filled = [](const Value *one) {
        return one != nullptr && !std::get<std::string>(one->data).empty();
    };
    // One that is there and wrong has had its remark.
    const bool is_wrong = agent.mentioned.contains(needed) && agent.find(needed) == nullptr;
    if (is_filled(value) && !is_filled(agent.find(needed)) && !is_wrong) {
        remarks.add(Code::missing_key, value->key,
                    {fmt::format("'{}' says nothing without '{}'", key, needed), "", ""});
    }
}

/// Metrics name jobs and show when they run; whoever asks from outside may be anybody.
void warn_if_open(const MetricsSettings &settings, const Value &listen, Remarks &remarks) {
    if (!settings.users.empty() || !settings.certificate.empty()) {
        return;
    }
    for (const ListenAddress &address : settings.listen) {
        if (!is_local(address)) {
            remarks.add(Code::open_to_others, listen.span,
                        {fmt::format("other hosts get metrics from {} without TLS or a password",
                                     ticked(text_of(address))),
                         "",
                         "give metrics.tls and metrics.users, or listen on 127.0.0.1 or [::1]"});
            return;
        }
    }
}

void check_apart(const MetricsSettings &settings, const Value &listen, Remarks &remarks) {
    for (auto one = settings.listen.begin(); one != settings.listen.end(); ++one) {
        if (std::find(settings.listen.begin(), one, *one) != one) {
            remarks.add(Code::contradiction, listen.span,
                        {fmt::format("'metrics.listen' holds {} twice", ticked(text_of(*one))), "",
                         "keep one of them"});
            return;
        }
    }
}

} // namespace

std::optional<Complaint> check_listen_address(std::string_view text) {
    auto address = parse_listen_address(text);
    return address ? std::nullopt : std::optional(std::move(address).error());
}

std::optional<Complaint> check_textfile(std::string_view text) {
    if (std::optional<Complaint> complaint = check_absolute_or_empty(text);
        complaint || text.empty()) {
        return complaint;
    }
    const std::string_view name = text.substr(text.rfind('/') + 1);
    if (!name.ends_with(".prom") || name.size() == std::string_view(".prom").size()) {
        return Complaint{Code::bad_path,
                         fmt::format("must name a file that ends in .prom, not {}", ticked(name)),
                         "",
                         "node_exporter looks at no other",
                         text.size() - name.size(),
                         name.size()};
    }
    return std::nullopt;
}

std::optional<Complaint> check_password_hash(std::string_view text) {
    // $2a$ is what Go and $2y$ what htpasswd calls the same.
    const bool is_bcrypt =
        text.starts_with("$2b$") || text.starts_with("$2a$") || text.starts_with("$2y$");
    if (!is_bcrypt) {
        // Never said back: it may be a password.
        return hash_complaint("must be the bcrypt hash of a password: it starts with $2b$");
    }
    const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != kHashLength || !is_digit(4) || !is_digit(5) || text[6] != '$' ||
        !std::all_of(text.begin() + 7, text.end(), is_hash_character)) {
        return hash_complaint("is no whole bcrypt hash: $2b$, two digits, $, 53 characters");
    }
    const int cost = (text[4] - '0') * 10 + (text[5] - '0');
    if (cost < 4 || cost > kHighestCost) {
        return hash_complaint(
            fmt::format("must have a cost from 4 to {}, not {}", kHighestCost, cost));
    }
    return std::nullopt;
}

std::optional<Complaint> check_user_name(std::string_view text) {
    if (!text.empty() && text.size() <= kLongestUser && one_line(text) == text &&
        text.find(':') == std::string_view::npos) {
        return std::nullopt;
    }
    return Complaint{Code::bad_text,
                     "is no name that a client can send",
                     "",
                     fmt::format("1 to {} bytes, no ':' and no control characters", kLongestUser),
                     0,
                     0};
}

void check_metrics(const Layer &agent, Remarks &remarks) {
    require_other(agent, "metrics.tls.certificate", "metrics.tls.key", remarks);
    require_other(agent, "metrics.tls.key", "metrics.tls.certificate", remarks);
    require_other(agent, "metrics.tls.client_ca", "metrics.tls.certificate", remarks);
    const Value *listen = agent.find("metrics.listen");
    if (listen != nullptr && !remarks.has_errors()) {
        const MetricsSettings settings = build_metrics_settings(agent);
        check_apart(settings, *listen, remarks);
        warn_if_open(settings, *listen, remarks);
    }
}

MetricsSettings build_metrics_settings(const Layer &agent) {
    const Effective values(agent, empty_layer());
    MetricsSettings settings;
    settings.listen.clear();
    for (const std::string &text : values.get<Texts>("metrics.listen")) {
        if (auto address = parse_listen_address(text)) {
            settings.listen.push_back(*std::move(address));
        }
    }
    settings.textfile = values.get<std::string>("metrics.textfile");
    settings.certificate = values.get<std::string>("metrics.tls.certificate");
    settings.key = values.get<std::string>("metrics.tls.key");
    settings.client_ca = values.get<std::string>("metrics.tls.client_ca");
    for (const auto &[name, hash] : values.get<std::map<std::string, Entry>>("metrics.users")) {
        settings.users.emplace(name, hash.value.text);
    }
    settings.max_connections =
        static_cast<unsigned>(values.get<std::int64_t>("metrics.max_connections"));
    settings.header_timeout = values.get<std::chrono::microseconds>("metrics.header_timeout");
    return settings;
}

} // namespace intact::config
