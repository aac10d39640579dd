#include "cli/verification_log.hpp"

#include "base/log.hpp"

namespace intact::cli {
namespace {

constexpr int kNotWhole = 5;

// A size says little: as much as damage needs, and too little for "whole".
bool is_worth_telling(const Result<destination::Verification> &result) {
    return result ? result->depth != config::VerifyDepth::size
                  : exit_code_of(result.error().code()) == kNotWhole;
}

} // namespace

VerificationLog::VerificationLog(const Session &session) : clock_(system_clock()) {
    const std::string state_dir = session.places().state_dir;
    if (!catalog::Catalog::exists(state_dir).value_or(false)) {
        return;
    }
    auto opened = catalog::Catalog::open(state_dir);
    if (!opened) {
        log::debug(opened.error().message());
        return;
    }
    catalog_ = *std::move(opened);
    const config::Configuration configuration = config::load(session.places());
    for (const config::LoadedJob &loaded : configuration.jobs) {
        destinations_[loaded.job.name] = loaded.job.destination.path;
    }
}

void VerificationLog::note(const ChosenBackup &chosen,
                           const Result<destination::Verification> &result) {
    if (!catalog_ || !chosen.backup.manifest || !is_worth_telling(result)) {
        return;
    }
    const destination::Manifest &manifest = *chosen.backup.manifest;
    const auto known = destinations_.find(manifest.job);
    if (known == destinations_.end() || known->second != chosen.directory->path()) {
        return;
    }
    const auto noted = catalog_->note_verification(manifest.job, manifest.archive, clock_.now(),
                                                   result.has_value());
    if (!noted) {
        log::warning(noted.error().message());
    }
}

} // namespace intact::cli
