// systemd-analyze(1) calendar, asked for real.
#pragma once

#include "schedule/zone.hpp"

#include <string>
#include <vector>

namespace intact::schedule {

struct SystemdAnswer {
    std::string normal_form;
    std::vector<Instant> next; ///< whole seconds; shorter than asked for: never again
    bool gave_up = false;      ///< systemd 252 finds no answer to some questions
};

bool has_systemd_analyze();

/// One answer for each expression; fewer when it refuses one.
std::vector<SystemdAnswer> ask_systemd(const std::vector<std::string> &expressions,
                                       const std::string &zone, Instant base, int iterations);

/// Whether it takes the expression.
bool systemd_takes(const std::string &expression);

} // namespace intact::schedule
