// A run as JSON: the same object in `run --json`, in `history --json` and on the report descriptor.
#pragma once

#include "base/warning.hpp"
#include "catalog/run_record.hpp"

#include <nlohmann/json_fwd.hpp>

namespace intact::cli {

/// Every field; what a run does not have is null. Bytes that are no UTF-8 stand as \xNN.
nlohmann::ordered_json to_json(const catalog::RunRecord &record);
nlohmann::ordered_json to_json(const Warning &warning);

} // namespace intact::cli
