#include "systemd/block_device.hpp"

#include <memory>
#include <systemd/sd-device.h>

namespace intact::systemd {
namespace {

struct Unref {
    void operator()(sd_device *device) const { sd_device_unref(device); }
};

} // namespace

std::string uuid_of_device(const std::string &device) {
    sd_device *found = nullptr;
    if (sd_device_new_from_device_id(&found, ("b" + device).c_str()) < 0) {
        return "";
    }
    const std::unique_ptr<sd_device, Unref> owned(found);
    const char *uuid = nullptr;
    return sd_device_get_property_value(found, "ID_FS_UUID", &uuid) < 0 ? "" : uuid;
}

} // namespace intact::systemd
