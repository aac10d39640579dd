#include "crash/publish/tally.hpp"

#include <cstdio>
#include <gtest/gtest.h>
#include <map>

namespace intact::test {
namespace {

std::map<std::string, std::size_t> counts;

class Tally final : public testing::Environment {
public:
    void TearDown() override {
        const int violations = testing::UnitTest::GetInstance()->failed_test_count();
        std::string line;
        for (const auto &[kind, cases] : counts) {
            line += (line.empty() ? "" : ", ") + std::to_string(cases) + " " + kind;
        }
        std::printf("tally: publishing: %s: %s\n", line.c_str(),
                    violations == 0 ? "0 violations" : "VIOLATIONS");
    }
};

[[maybe_unused]] const testing::Environment *const registered =
    testing::AddGlobalTestEnvironment(new Tally);

} // namespace

void tally(const std::string &kind, std::size_t cases) {
    counts[kind] += cases;
}

} // namespace intact::test
