// What is asked of a TLS connection beyond what the HTTP library asks. Private to this folder.
#pragma once

#include "metrics/client_table.hpp"

namespace intact::metrics {

enum class ClientCertificate : std::uint8_t { none, required };

/// Before the handshake. A client whose certificate is missing, not of a trusted authority, not
/// valid now, or not for clients does not get through it.
void prepare_session(void *gnutls_session, Client &client, ClientCertificate certificate);

} // namespace intact::metrics
