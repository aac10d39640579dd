// What one run writes into the catalog, and what it wants to know from there. A catalog that cannot
// be written is told at the end; it is no reason to go without a backup.
#pragma once

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "catalog/run_record.hpp"
#include "engine/claim.hpp"
#include "engine/recover.hpp"

#include <memory>
#include <optional>
#include <string>

namespace intact::engine {

/// Thread: one.
class RunLedger {
public:
    explicit RunLedger(std::string state_dir) : state_dir_(std::move(state_dir)) {}

    /// The job's backups before this run, as far as the catalog knows them.
    struct Before {
        std::optional<catalog::RunRecord> last;
        std::optional<catalog::RunRecord> last_good; ///< see Catalog::last_good_backup()
    };
    /// The row of this run, `running`; those of the job's runs that died are settled, so the caller
    /// holds the job's lock.
    Before begin(const catalog::RunRecord &record);
    /// A dead run whose backup stands, as its manifest tells.
    void complete(const SettledRun &settled, const std::string &directory);
    /// How it ended. When that cannot be written, a run that succeeded is a failure from then on:
    /// code catalog_failed, stage record.
    void finish(catalog::RunRecord &record);
    /// What became known after its end; told in the log when it cannot be written.
    void amend(const catalog::RunRecord &record);
    /// How the destination looks now that the run is done with it.
    void note_destination(const config::Job &job, const Claim &claim, WallTime now);
    /// Nothing of the run is to come: it is added to the job's sums.
    void count(const catalog::RunRecord &record);
    /// It was held back: there was no run.
    void forget(const catalog::RunRecord &record);

private:
    const std::string state_dir_;
    std::unique_ptr<catalog::Catalog> catalog_;
    std::optional<Error> error_;
};

} // namespace intact::engine
