#include "engine/progress.hpp"

namespace intact::engine {

void Progress::set_path(const std::string &path) {
    const std::lock_guard lock(mutex_);
    path_ = path;
}

std::string Progress::path() const {
    const std::lock_guard lock(mutex_);
    return path_;
}

} // namespace intact::engine
