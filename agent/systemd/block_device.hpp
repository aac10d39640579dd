// What udev has found out about a block device. Opens none: it needs neither rights nor a /dev.
#pragma once

#include <string>

namespace intact::systemd {

/// The UUID of the filesystem on a device ("8:1") as blkid(8) prints it; "" when it has none, or
/// udev does not know the device, or is not there. Source: sd-device.h.
std::string uuid_of_device(const std::string &device);

} // namespace intact::systemd
