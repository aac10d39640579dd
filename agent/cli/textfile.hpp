// The metrics' textfile where there is no daemon that writes it.
#pragma once

#include "cli/session.hpp"

namespace intact::cli {

/// After runs, when metrics.textfile= is set: what the catalog knows of all jobs by now. That it
/// cannot be written is a warning.
void write_textfile(const Session &session, const config::Configuration &configuration);

} // namespace intact::cli
