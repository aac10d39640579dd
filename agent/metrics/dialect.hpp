// The two forms in which metrics are written. Knows no HTTP and no series.
#pragma once

#include <cstdint>
#include <string_view>

namespace intact::metrics {

enum class Dialect : std::uint8_t {
    text,        ///< Prometheus text format 0.0.4
    openmetrics, ///< OpenMetrics 1.0.0
};

/// The value of Content-Type. Source: prometheus.io, "Exposition formats"; OpenMetrics, "Overall
/// structure".
std::string_view content_type_of(Dialect dialect);

} // namespace intact::metrics
