// What the standard library throws when the machine has no more to give, as an error like others.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace intact {

/// Only within a catch block: the exception there, met while doing `what`.
/// Errors: out_of_resources (std::bad_alloc), that of an errno (std::system_error), else internal.
Error caught(std::string_view what);

} // namespace intact
