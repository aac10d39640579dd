// The connection as sd-bus has it. Private to this folder.
#pragma once

#include "systemd/bus.hpp"

#include <systemd/sd-bus.h>

namespace intact::systemd {

struct Bus::Impl {
    sd_bus *bus = nullptr;
    std::function<void()> on_disconnect;
    std::function<void(const std::string &, const BusValues &)> on_signal;

    ~Impl() {
        if (sd_bus_get_event(bus) != nullptr) {
            sd_bus_detach_event(bus);
        }
        sd_bus_flush_close_unref(bus);
    }
};

/// Called once with the answer to a call, then gone; never called when the connection ends before.
using OnReply = std::function<void(sd_bus_message *reply)>;

/// Hands the message over and comes back at once. Returns what sd-bus does.
int send_and_call_back(sd_bus *bus, sd_bus_message *message, OnReply on_reply);

} // namespace intact::systemd
