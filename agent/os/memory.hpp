// The process's memory as the system sees it.
#pragma once

namespace intact::os {

/// Gives the system back what was freed in small pieces, which the allocator keeps otherwise: for a
/// process that lives for years after a start that took much. Source: malloc_trim(3).
void return_free_memory();

} // namespace intact::os
