#include "config/key_table.hpp"

#include "config/layer.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string_view>
#include <vector>

namespace intact::config {
namespace {

TEST(KeyTable, has_each_name_once_with_a_summary_and_a_readable_default) {
    std::set<std::string_view> seen;
    std::vector<Key> keys(job_keys().all().begin(), job_keys().all().end());
    keys.insert(keys.end(), agent_keys().all().begin(), agent_keys().all().end());
    for (const Key &key : keys) {
        EXPECT_TRUE(seen.insert(key.name).second) << key.name;
        EXPECT_FALSE(key.summary.empty()) << key.name;
        EXPECT_EQ(builtin_layer().find(key.name) != nullptr, !key.builtin.empty()) << key.name;
        EXPECT_TRUE(key.kind == Kind::choice
                        ? !key.choices.empty()
                        : key.choices.empty() || key.kind == Kind::table_of_texts ||
                              key.kind == Kind::text_or_table)
            << key.name;
        EXPECT_EQ(key.name.starts_with("source.") && key.name != "source.type", key.used_by != 0)
            << key.name;
    }
}

} // namespace
} // namespace intact::config
