// The checks, each of which judges one thing that a run needs. None asks another.
#pragma once

#include "checkup/finding.hpp"
#include "checkup/subject.hpp"

namespace intact::checkup {

/// What the loader said of the job's file and of intact.toml. Of a job that cannot be used as well.
Finding check_configuration(const config::Configuration &configuration, const std::string &file);

Finding check_user(const Subject &subject);     ///< is it the service's
Finding check_state(const Subject &subject);    ///< catalog and locks
Finding check_schedule(const Subject &subject); ///< does it come again
Finding check_source(const Subject &subject);
Finding check_programs(const Subject &subject); ///< of the source and of hooks
Finding check_credentials(const Subject &subject);
Finding check_destination(const Subject &subject);
Finding check_filesystem(const Subject &subject); ///< the one that belongs there
Finding check_strategy(const Subject &subject);
Finding check_space(const Subject &subject);
Finding check_service(const Subject &subject);
Finding check_sandbox(const Subject &subject); ///< of the service: what it hides and forbids
Finding check_clock(const Subject &subject);

} // namespace intact::checkup
