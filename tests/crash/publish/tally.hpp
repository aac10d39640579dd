// How many cases the tests of publishing tried in all: the sum stands at the end of their output.
#pragma once

#include <cstddef>
#include <string>

namespace intact::test {

/// Cases of a kind, such as "deaths".
void tally(const std::string &kind, std::size_t cases);

} // namespace intact::test
