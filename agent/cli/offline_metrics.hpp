// The metrics where no daemon tells them: what the catalog knows of all jobs by now.
#pragma once

#include "cli/session.hpp"

namespace intact::cli {

/// As text. Errors: those of reading the catalog.
Result<std::string> offline_metrics(const Session &session,
                                    const config::Configuration &configuration);

/// After runs, when metrics.textfile= is set and no daemon is there that writes it. That it cannot
/// be written is a warning.
void write_textfile(const Session &session, const config::Configuration &configuration);

} // namespace intact::cli
