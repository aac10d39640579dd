// A call as sd-bus has it. Private to this folder.
#pragma once

#include "systemd/bus_object.hpp"

#include <systemd/sd-bus.h>

namespace intact::systemd {

struct BusCall::Impl {
    sd_bus_message *message;
    BusValues arguments;
    std::string interface;

    Impl(sd_bus_message *of, std::string in)
        : message(sd_bus_message_ref(of)), interface(std::move(in)) {}
    ~Impl() { sd_bus_message_unref(message); }
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;
};

} // namespace intact::systemd
