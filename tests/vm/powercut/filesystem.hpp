// The filesystems that are cut off: how each is made and mounted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace intact::powercut {

struct FilesystemKind {
    std::string name; ///< as on the command line
    std::string type; ///< as mount(2) takes it
    std::uint64_t bytes = 0;
    std::vector<std::string> make; ///< the device follows
    std::string options;

    bool is_fat() const { return type == "vfat" || type == "exfat"; }
};

/// Throws when there is none of that name.
const FilesystemKind &filesystem_named(const std::string &name);

/// What a boot does before it mounts: repairs without questions. For the kinds that need it.
void repair(const FilesystemKind &kind, const std::string &device);

/// Mounted as long as it lives.
class Mount {
public:
    Mount(const FilesystemKind &kind, const std::string &device, const std::string &point);
    ~Mount();
    Mount(const Mount &) = delete;
    Mount &operator=(const Mount &) = delete;

    /// Why it could not be mounted, an errno; 0: it is.
    int error() const { return error_; }
    /// Unlike the destructor it tells when it fails.
    void unmount();

private:
    std::string point_;
    int error_ = 0;
    bool is_mounted_ = false;
};

} // namespace intact::powercut
