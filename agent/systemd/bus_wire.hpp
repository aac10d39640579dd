// Between our values and the messages of sd-bus. Private to this folder.
#pragma once

#include "base/error.hpp"
#include "systemd/bus_value.hpp"

#include <systemd/sd-bus.h>

namespace intact::systemd {

/// Both return what sd-bus does: an errno value below 0.
int append(sd_bus_message *message, const BusValue &value);
int append_all(sd_bus_message *message, const BusValues &values);
/// The next value; -EBADMSG where it is of no kind that we know.
int read_one(sd_bus_message *message, BusValue &value);
int read_all(sd_bus_message *message, BusValues &values);

/// The error that the other side told by a code of ours, or what the bus made of its silence:
/// unreachable. A refusal is permission_denied.
Error error_of(const sd_bus_error &told, const std::string &what);
/// The name under which an error of ours goes over the bus, "INTERFACE.Error.CODE"; a refusal has
/// the name that all of D-Bus knows.
std::string name_for(ErrorCode code, const std::string &interface);

} // namespace intact::systemd
