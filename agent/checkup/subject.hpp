// What a checkup looks at: a job, and what its checks share. Gathered once, judged by none.
#pragma once

#include "catalog/run_record.hpp"
#include "checkup/unit.hpp"
#include "config/config.hpp"
#include "engine/context.hpp"
#include "engine/diagnosis.hpp"

#include <functional>
#include <optional>
#include <string>

namespace intact::checkup {

/// The same for all jobs of a checkup.
struct Host {
    engine::Context context;
    /// Whether the configuration is that of the service, and not one that somebody named.
    bool is_of_service = true;
    std::optional<Unit> unit; ///< none: not run by systemd
    std::function<std::optional<bool>()> is_clock_synchronized;
    std::string credentials_directory = kCredentials;
};

struct Subject {
    const Host &host;
    const config::Configuration &configuration;
    const config::Job &job;
    Result<std::optional<catalog::RunRecord>> last_backup = std::nullopt;
    /// The destination, or the nearest folder above it that is there.
    std::string place{};
    Result<destination::Filesystem> filesystem = destination::Filesystem{}; ///< of the place
    Result<destination::Space> space = destination::Space{};
    /// Of the place, where a run would write there.
    Result<engine::Diagnosis> diagnosis = engine::Diagnosis{};

    bool is_there() const { return place == job.destination.path; }
    const Unit *unit() const;
};

/// Tries the destination with empty hidden files, which it removes.
Subject look_at(const Host &host, const config::Configuration &configuration,
                const config::Job &job);

/// The path itself, or the nearest folder above it that is there.
std::string nearest_existing(const std::string &path);

} // namespace intact::checkup
