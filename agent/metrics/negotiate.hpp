// Which form of metrics a client would rather have. Knows no HTTP server.
#pragma once

#include "metrics/dialect.hpp"

#include <string_view>

namespace intact::metrics {

/// By the value of the Accept header, which may be empty or anything else. Text, when both are as
/// welcome or none is: whoever asks reads that. Source: RFC 9110, section 12.5.1.
Dialect choose_dialect(std::string_view accept);

} // namespace intact::metrics
