// One crash image: what it holds, and whether our recovery makes it right.
#pragma once

#include "vm/powercut/disk.hpp"
#include "vm/powercut/filesystem.hpp"
#include "vm/powercut/publication.hpp"
#include "vm/powercut/state.hpp"

#include <string>
#include <vector>

namespace intact::powercut {

/// How far the program may have come when the power was cut.
enum class Reached { staging, staged, success };

struct Finding {
    std::string state;                 ///< State::text(), or why it could not be mounted
    bool damaged = false;              ///< no whole copy under any name, or the final one corrupt
    bool set_aside = false;            ///< recovery kept something for a person to look at
    std::vector<std::string> problems; ///< what breaks a promise
};

struct Scene {
    const FilesystemKind &kind;
    const Case &tried;
    const Disk &disk;
    std::string mount_point;
    std::string directory; ///< the destination below it
};

/// The disk holds the image. A control is only looked at.
Finding examine(const Scene &scene, Reached reached);

} // namespace intact::powercut
