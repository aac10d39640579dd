// A Result that nobody looks at: the tidy lane fails unless clang-tidy finds it. Part of no
// program.
#include "base/error.hpp"

intact::Result<> work();
intact::Result<int> count();

void careless() {
    work();
    count();
}
