// Ways to replace a file that people believe in and that lose both copies: the rig has to see it.
#pragma once

#include "vm/powercut/publication.hpp"

#include <functional>
#include <string>

namespace intact::powercut {

bool is_control(const std::string &name);

/// The new content takes the name of the old one, by the control's protocol.
void run_control(const Case &tried, const std::string &path, os::Sys &sys,
                 const std::function<void()> &staged);

} // namespace intact::powercut
