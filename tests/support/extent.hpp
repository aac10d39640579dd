// How much a test that tries many cases is to try.
#pragma once

#include <cstdlib>
#include <string_view>

namespace intact::test {

/// All that it knows, as 'tests/run.sh --full' asks by INTACT_EXTENT=full; else a sample.
inline bool is_full() {
    const char *const extent = std::getenv("INTACT_EXTENT");
    return extent != nullptr && std::string_view(extent) == "full";
}

} // namespace intact::test
