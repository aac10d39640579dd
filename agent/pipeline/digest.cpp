#include "pipeline/digest.hpp"

#include "base/text.hpp"

#include <array>
#include <openssl/evp.h>
#include <stdexcept>

namespace intact::pipeline {
namespace {

// OpenSSL fails here only when it is out of memory or has no SHA-256 at all: no backup can be
// proven then.
void require(int ok) {
    if (ok != 1) {
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    }
}

} // namespace

void Sha256::Free::operator()(evp_md_ctx_st *context) const {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr ? 1 : 0);
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::update(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length));
    return to_hex({reinterpret_cast<const char *>(digest.data()), length});
}

std::string Sha256::of(std::string_view text) {
    Sha256 digest;
    digest.update(std::as_bytes(std::span(text.data(), text.size())));
    return digest.finish();
}

} // namespace intact::pipeline
