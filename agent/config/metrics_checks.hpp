// What the keys below [metrics] may be, alone and together. Knows no file.
#pragma once

#include "config/checks.hpp"
#include "config/config.hpp"
#include "config/layer.hpp"

#include <optional>
#include <string_view>

namespace intact::config {

std::optional<Complaint> check_listen_address(std::string_view text);
/// Empty, or an absolute path that ends in ".prom": others are not looked at by node_exporter.
std::optional<Complaint> check_textfile(std::string_view text);
/// A bcrypt hash as crypt(5) has it. It is no secret as a password is, so that its file may be
/// readable.
std::optional<Complaint> check_password_hash(std::string_view text);
/// What a client can send as the name of a user. Source: RFC 7617, section 2.
std::optional<Complaint> check_user_name(std::string_view text);

void check_metrics(const Layer &agent, Remarks &remarks);
/// Only of values that check_metrics() had no error to report on.
MetricsSettings build_metrics_settings(const Layer &agent);

} // namespace intact::config
