#include "engine/run_ledger.hpp"

#include "base/log.hpp"
#include "engine/rebuild.hpp"
#include "engine/survey.hpp"

namespace intact::engine {

RunLedger::Before RunLedger::begin(const catalog::RunRecord &record) {
    auto opened = catalog::Catalog::open(state_dir_);
    if (!opened) {
        error_ = std::move(opened).error();
        return {};
    }
    catalog_ = *std::move(opened);
    Before before;
    if (auto last = catalog_->last_backup(record.job)) {
        before.last = *std::move(last);
    }
    if (auto good = catalog_->last_good_backup(record.job)) {
        before.last_good = *std::move(good);
    }
    auto begun = catalog_->settle(record.job, record.run_id).and_then([&](const auto &) {
        return catalog_->begin(record);
    });
    if (!begun) {
        error_ = std::move(begun).error();
        catalog_.reset();
    }
    return before;
}

void RunLedger::complete(const SettledRun &settled, const std::string &directory) {
    if (catalog_ && settled.recovery.published) {
        static_cast<void>(catalog_->finish(record_of(*settled.recovery.published, directory)));
    }
}

void RunLedger::finish(catalog::RunRecord &record) {
    if (!catalog_ && !error_ && record.failure) {
        // Turned away before the claim: no row has been begun, and the ledger tells that too.
        if (auto opened = catalog::Catalog::open(state_dir_); opened && (*opened)->begin(record)) {
            catalog_ = *std::move(opened);
        }
    }
    if (catalog_) {
        if (auto finished = catalog_->finish(record); !finished) {
            error_ = std::move(finished).error();
        }
    }
    if (!error_) {
        return;
    }
    if (record.failure) {
        log::warning(error_->message());
        return;
    }
    record.outcome = Outcome::failure;
    record.failure =
        catalog::failure_of(Error(*error_)
                                .within("the backup is published and sound, but not in the catalog")
                                .at(Stage::record));
}

void RunLedger::amend(const catalog::RunRecord &record) {
    if (!catalog_ || error_) {
        return; // told already
    }
    if (const auto written = catalog_->finish(record); !written) {
        log::warning(written.error().message());
    }
}

// Figures for metrics: what cannot be had of them is no matter of the run's.
void RunLedger::note_destination(const config::Job &job, const Claim &claim, WallTime now) {
    if (!catalog_ || error_) {
        return;
    }
    auto survey = survey_directory(claim.target.directory, claim.filesystem, job, now);
    if (!survey) {
        log::debug(survey.error().message());
        return;
    }
    survey->facts.strategy = config::name_of(claim.protocol.strategy);
    survey->facts.variant = destination::name_of(claim.protocol.variant);
    const auto noted = catalog_->note_destinations({{job.name, survey->facts, survey->archives}});
    if (!noted) {
        log::warning(noted.error().message());
    }
}

void RunLedger::count(const catalog::RunRecord &record) {
    if (!catalog_ || error_) {
        return;
    }
    if (const auto counted = catalog_->count_runs(record.job); !counted) {
        log::warning(counted.error().message());
    }
}

void RunLedger::forget(const catalog::RunRecord &record) {
    if (!catalog_) {
        return;
    }
    if (const auto forgotten = catalog_->forget(record.run_id); !forgotten) {
        log::warning(forgotten.error().message());
    }
}

} // namespace intact::engine
