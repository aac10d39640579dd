// An interface as sd-bus wants it: a table that lives as long as it is on the bus. Private to this
// folder.
#pragma once

#include "systemd/bus_object.hpp"

#include <deque>
#include <systemd/sd-bus.h>

namespace intact::systemd {

struct BusObject::Impl {
    explicit Impl(BusInterface of);
    ~Impl();
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;

    const BusInterface interface;
    std::deque<std::string> texts; ///< what the table points to
    std::vector<sd_bus_vtable> table;
    sd_bus_slot *slot = nullptr;
};

} // namespace intact::systemd
