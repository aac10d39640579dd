// What a run's manifest says once the whole stream is stored; the rest comes with proof and place.
#pragma once

#include "catalog/run_record.hpp"
#include "config/job.hpp"
#include "destination/manifest.hpp"
#include "engine/stream_source.hpp"
#include "pipeline/store.hpp"

#include <string>

namespace intact::engine {

/// `archive`: its final name.
destination::Manifest manifest_of(const catalog::RunRecord &record, const config::Job &job,
                                  const StreamSource &source, const std::string &archive,
                                  const pipeline::StoredFigures &stored);

} // namespace intact::engine
