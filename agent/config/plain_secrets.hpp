// Secrets that stand in a configuration file as they are. Knows no other file.
#pragma once

#include "config/layer.hpp"

#include <string>
#include <string_view>

namespace intact::config {

/// Whether a variable of this name is likely to hold a secret: PGPASSWORD, VAULT_TOKEN,
/// AWS_SECRET_ACCESS_KEY; not PGPASSFILE or RESTIC_PASSWORD_COMMAND, which say where one is.
bool names_secret(std::string_view variable);

/// Refuses secrets in plain text where others than root and the service may read the layer's file.
void check_plain_secrets(const Layer &layer, const std::string &path, Remarks &remarks);

} // namespace intact::config
