// The service's unit as the manager has it: its state and its sandbox. Knows no job.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::checkup {

inline constexpr const char *kUnit = "intactd.service";
/// Where the manager has what it gives to the unit, as long as that runs. Source: systemd.exec(5).
inline constexpr const char *kCredentials = "/run/credentials/intactd.service";

/// Properties by their names, as 'systemctl show' spells them.
class Unit {
public:
    /// Lines NAME=VALUE; others are left out.
    static Unit parse(std::string_view shown);

    /// Empty when it is not known.
    std::string property(const std::string &name) const;
    bool is(const std::string &name, std::string_view value) const;
    /// Of a list of paths, without the marks "-" and "+" before them.
    std::vector<std::string> paths(const std::string &name) const;
    /// In which its programs are looked for.
    std::string program_path() const;
    bool is_loaded() const { return is("LoadState", "loaded"); }

private:
    std::map<std::string, std::string> properties_;
};

/// Asks 'systemctl show', for at most 10 s. Nothing: this host is not run by systemd.
std::optional<Unit> ask_for_unit();

} // namespace intact::checkup
