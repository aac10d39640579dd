#include "os/signal_name.hpp"

#include <csignal>
#include <cstring>
#include <fmt/format.h>

namespace intact::os {

std::string signal_name(int signal) {
    const char *name = sigabbrev_np(signal);
    return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::optional<int> signal_named(std::string_view name) {
    for (int signal = 1; signal < NSIG; ++signal) {
        if (sigabbrev_np(signal) != nullptr && signal_name(signal) == name) {
            return signal;
        }
    }
    return std::nullopt;
}

} // namespace intact::os
