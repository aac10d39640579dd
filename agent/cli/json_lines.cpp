#include "cli/json_lines.hpp"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unistd.h>

namespace intact::cli {

void JsonLines::write(const nlohmann::ordered_json &object) {
    constexpr int kOneLine = -1;
    const std::string line =
        object.dump(kOneLine, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    const std::lock_guard lock(mutex_);
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t count = ::write(fd_, rest.data(), rest.size());
        if (count < 0 && errno != EINTR) {
            return;
        }
        rest.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

} // namespace intact::cli
