// By what names the daemon is known on a bus. They never change their meaning.
#pragma once

#include "systemd/bus.hpp"

#include <array>
#include <string_view>

namespace intact::control {

inline const systemd::BusPeer kAgent{"org.intact.Agent1", "/org/intact/Agent1",
                                     "org.intact.Agent1"};

/// What needs a permission, each an action of polkit.
enum class Action : std::uint8_t { run, cancel, pause, reload, accept_clock };
inline constexpr std::array<std::string_view, 5> kActions{
    "org.intact.Agent1.run", "org.intact.Agent1.cancel", "org.intact.Agent1.pause",
    "org.intact.Agent1.reload", "org.intact.Agent1.accept-clock"};

} // namespace intact::control
