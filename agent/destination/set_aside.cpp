#include "destination/set_aside.hpp"

#include <fmt/format.h>

namespace intact::destination {
namespace {

constexpr std::string_view kBad = ".bad-";

} // namespace

Result<std::string> free_name_aside(const os::Directory &directory, const std::string &run_id) {
    for (int number = 1;; ++number) {
        std::string aside = fmt::format(".intact-{}{}{}", run_id, kBad, number);
        INTACT_TRY_ASSIGN(const bool taken, directory.has(aside));
        if (!taken) {
            return aside;
        }
    }
}

Result<std::string> set_aside(const os::Directory &directory, const std::string &run_id,
                              const std::string &name) {
    INTACT_TRY_ASSIGN(std::string aside, free_name_aside(directory, run_id));
    INTACT_TRY(directory.rename(name, aside, os::IfExists::fail));
    INTACT_TRY(directory.sync());
    return aside;
}

bool is_set_aside(std::string_view name) {
    return name.starts_with(".intact-") && name.find(kBad) != std::string_view::npos;
}

} // namespace intact::destination
