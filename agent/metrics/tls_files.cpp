#include "metrics/tls_files.hpp"

#include "os/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <gnutls/gnutls.h>
#include <memory>

namespace intact::metrics {
namespace {

/// The bundle of all authorities that a host trusts has 200 KiB.
constexpr std::size_t kMostBytes = 4 << 20;

enum class Secrecy { open, secret };

Result<std::string> read_pem(const std::string &path, Secrecy secrecy) {
    const std::string doing = "read " + os::quoted_path(path);
    const os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status{};
    if (!fd || fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, doing);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::unsupported, os::quoted_path(path) + " is no file");
    }
    if (secrecy == Secrecy::secret && (status.st_mode & S_IROTH) != 0) {
        return fail(Error(ErrorCode::permission_denied,
                          fmt::format("every user may read the key {}", os::quoted_path(path)))
                        .with_hint("take that right away (chmod o-r), and think of a new key"));
    }
    return os::read_to_end(os::kernel(), fd.get(), path, kMostBytes);
}

gnutls_datum_t datum_of(std::string &text) {
    return {reinterpret_cast<unsigned char *>(text.data()), static_cast<unsigned>(text.size())};
}

Error unusable(const std::string &what, int status) {
    return {ErrorCode::unsupported,
            status < 0 ? fmt::format("{}: {}", what, gnutls_strerror(status)) : what};
}

/// The server says only that it does not start; this says why.
Result<> check(const config::MetricsSettings &settings, TlsFiles &files) {
    gnutls_certificate_credentials_t made = nullptr;
    if (gnutls_certificate_allocate_credentials(&made) != GNUTLS_E_SUCCESS) {
        return fail(ErrorCode::out_of_resources, "no memory for a certificate");
    }
    const std::unique_ptr<gnutls_certificate_credentials_st,
                          void (*)(gnutls_certificate_credentials_t)>
        credentials(made, &gnutls_certificate_free_credentials);
    gnutls_datum_t certificate = datum_of(files.certificate);
    gnutls_datum_t key = datum_of(files.key);
    if (const int status =
            gnutls_certificate_set_x509_key_mem(made, &certificate, &key, GNUTLS_X509_FMT_PEM);
        status < 0) {
        return fail(unusable(fmt::format("certificate {} and key {} cannot be used",
                                         os::quoted_path(settings.certificate),
                                         os::quoted_path(settings.key)),
                             status));
    }
    gnutls_datum_t trusted = datum_of(files.client_ca);
    if (trusted.size == 0) {
        return {};
    }
    const int status = gnutls_certificate_set_x509_trust_mem(made, &trusted, GNUTLS_X509_FMT_PEM);
    // Without any, the server would ask for no certificate at all.
    return status > 0 ? Result<>{}
                      : fail(unusable(os::quoted_path(settings.client_ca) + " holds no certificate",
                                      status));
}

} // namespace

Result<std::optional<TlsFiles>> read_tls_files(const config::MetricsSettings &settings) {
    if (settings.certificate.empty()) {
        return std::nullopt;
    }
    TlsFiles files;
    INTACT_TRY_ASSIGN(files.certificate, read_pem(settings.certificate, Secrecy::open));
    INTACT_TRY_ASSIGN(files.key, read_pem(settings.key, Secrecy::secret));
    if (!settings.client_ca.empty()) {
        INTACT_TRY_ASSIGN(files.client_ca, read_pem(settings.client_ca, Secrecy::open));
        if (files.client_ca.empty()) {
            return fail(unusable(os::quoted_path(settings.client_ca) + " is empty", 0));
        }
    }
    INTACT_TRY(check(settings, files));
    return files;
}

} // namespace intact::metrics
