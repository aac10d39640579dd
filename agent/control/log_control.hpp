// org.freedesktop.LogControl1: `systemctl service-log-level intactd debug` at run time.
// Source: org.freedesktop.LogControl1(5).
#pragma once

#include "systemd/bus_object.hpp"

namespace intact::control {

systemd::BusInterface log_control();

} // namespace intact::control
