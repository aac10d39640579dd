// Publishes on the operator's own mount, killed at every step, and looks whether recovery keeps the
// promise.
#pragma once

#include "base/error.hpp"
#include "engine/context.hpp"
#include "engine/diagnosis.hpp"
#include "engine/watched_sys.hpp"

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>

namespace intact::engine {

struct SelftestReport {
    Diagnosis diagnosis;
    std::uint64_t publications = 0; ///< that went through, each verified
    std::uint64_t kills = 0;        ///< processes killed within one, each recovered and verified
    std::uint64_t completed = 0;    ///< of those: recovery brought the new backup
    std::uint64_t kept = 0;         ///< of those: the previous one stood
    std::map<std::string, CallFigures> figures; ///< of the publications that went through
};

struct SelftestExtent {
    unsigned rounds = 1;
    unsigned every = 1; ///< kill before each Nth call only; the next round begins one call later
};

/// In a hidden directory of its own below `path`, which it removes, unless a promise was broken:
/// then it stays as evidence. Each round publishes under a fixed and under a free name, with a
/// process killed before each durable call in turn. Errors: verify_mismatch with the call at which
/// a backup was lost; those of diagnose(); cancelled. Thread: one; it forks.
Result<SelftestReport> selftest_publish(const Context &context, const std::string &path,
                                        SelftestExtent extent, const std::stop_token &stop);

} // namespace intact::engine
