// Tells the catalog what a verification by hand found, so that metrics know it. Where there is no
// catalog, or none that this user may write, nothing is told: verifying needs neither.
#pragma once

#include "catalog/catalog.hpp"
#include "cli/choose_backup.hpp"
#include "cli/session.hpp"
#include "config/config.hpp"
#include "destination/verify.hpp"

#include <map>
#include <memory>
#include <string>

namespace intact::cli {

/// Thread: one.
class VerificationLog {
public:
    explicit VerificationLog(const Session &session);

    /// Only of a backup that lies at its job's destination: a copy elsewhere says nothing of that.
    void note(const ChosenBackup &chosen, const Result<destination::Verification> &result);

private:
    const Clock &clock_;
    std::map<std::string, std::string> destinations_; ///< by job
    std::unique_ptr<catalog::Catalog> catalog_;       ///< none: nothing is told
};

} // namespace intact::cli
