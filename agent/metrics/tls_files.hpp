// Certificates and keys as they lie in files. Knows no connection.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"

#include <optional>
#include <string>

namespace intact::metrics {

struct TlsFiles {
    std::string certificate; ///< PEM, as the next two
    std::string key;
    std::string client_ca; ///< or "": clients need no certificate
};

/// Nothing when settings name none. Errors: not_found, permission_denied, io; unsupported when one
/// is not what it should be, or certificate and key do not belong together; permission_denied when
/// others may read the key.
Result<std::optional<TlsFiles>> read_tls_files(const config::MetricsSettings &settings);

} // namespace intact::metrics
