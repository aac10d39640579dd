#include "os/memory.hpp"

#include <malloc.h>

namespace intact::os {

void return_free_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace intact::os
