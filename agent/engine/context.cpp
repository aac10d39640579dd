#include "engine/context.hpp"

#include <array>
#include <unistd.h>

namespace intact::engine {

Context make_context(std::string state_dir) {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) {
        host = {"localhost"};
    }
    Context context;
    context.state_dir = std::move(state_dir);
    context.host = host.data();
    return context;
}

} // namespace intact::engine
