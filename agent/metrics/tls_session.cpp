#include "metrics/tls_session.hpp"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

namespace intact::metrics {
namespace {

int note_handshake(gnutls_session_t session, unsigned, unsigned, unsigned incoming,
                   const gnutls_datum_t *) {
    // The client's last message: with TLS 1.3 ours has gone before it.
    if (incoming != 0) {
        static_cast<Client *>(gnutls_db_get_ptr(session))->has_handshake = true;
    }
    return GNUTLS_E_SUCCESS;
}

gnutls_typed_vdata_st *purpose() {
    static char client_oid[] = GNUTLS_KP_TLS_WWW_CLIENT;
    static gnutls_typed_vdata_st client_purpose{GNUTLS_DT_KEY_PURPOSE_OID,
                                                reinterpret_cast<unsigned char *>(client_oid), 0};
    return &client_purpose;
}

} // namespace

void prepare_session(void *gnutls_session, Client &client, ClientCertificate certificate) {
    auto *session = static_cast<gnutls_session_t>(gnutls_session);
    // The library keeps no sessions in a database, so that this pointer is free; the other one that
    // a session has is the library's own.
    gnutls_db_set_ptr(session, &client);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                       &note_handshake);
    if (certificate == ClientCertificate::required) {
        // The library only asks for one, and looks at none.
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert2(session, purpose(), 1, 0);
    }
}

} // namespace intact::metrics
