#include "base/outcome.hpp"
#include "base/warning.hpp"

#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace intact {
namespace {

// Manifests and metric labels hold these words.
TEST(WarningKinds, keep_their_names) {
    const std::vector<std::pair<WarningKind, std::string_view>> pinned{
        {WarningKind::unreadable, "unreadable"},
        {WarningKind::vanished, "vanished"},
        {WarningKind::changed, "changed"},
        {WarningKind::shrank, "shrank"},
        {WarningKind::truncated, "truncated"},
        {WarningKind::unsupported, "unsupported"},
        {WarningKind::metadata, "metadata"},
        {WarningKind::destination, "destination"},
        {WarningKind::excluded, "excluded"},
        {WarningKind::durability, "durability"},
        {WarningKind::hook, "hook"},
        {WarningKind::exit_status, "exit_status"},
        {WarningKind::message, "message"},
        {WarningKind::mount, "mount"},
        {WarningKind::suspicious, "suspicious"},
        {WarningKind::degraded, "degraded"},
    };
    for (const auto &[kind, name] : pinned) {
        EXPECT_EQ(name_of(kind), name);
        EXPECT_EQ(warning_kind_named(name), kind);
    }
    EXPECT_EQ(warning_kind_named("no_such_kind"), std::nullopt);
}

TEST(Outcomes, keep_their_names) {
    const std::vector<std::pair<Outcome, std::string_view>> pinned{
        {Outcome::running, "running"},     {Outcome::success, "success"},
        {Outcome::warning, "warning"},     {Outcome::failure, "failure"},
        {Outcome::cancelled, "cancelled"}, {Outcome::interrupted, "interrupted"},
    };
    for (const auto &[outcome, name] : pinned) {
        EXPECT_EQ(name_of(outcome), name);
        EXPECT_EQ(outcome_named(name), outcome);
    }
    EXPECT_EQ(outcome_named(""), std::nullopt);
}

} // namespace
} // namespace intact
