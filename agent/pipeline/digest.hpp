// SHA-256 by OpenSSL. Knows no file.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace intact::pipeline {

/// Thread: one at a time.
class Sha256 {
public:
    Sha256();
    void update(std::span<const std::byte> bytes);
    /// Lower-case hexadecimal; the object is spent.
    std::string finish();
    static std::string of(std::string_view text);

private:
    struct Free {
        void operator()(evp_md_ctx_st *context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

} // namespace intact::pipeline
