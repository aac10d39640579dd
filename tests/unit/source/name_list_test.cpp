#include "source/name_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using testing::ElementsAre;

source::NameList list_of(const std::vector<std::string> &names) {
    source::NameList list;
    for (const std::string &name : names) {
        list.add(name);
    }
    list.sort();
    return list;
}

std::vector<std::string> taken_from(source::NameList list) {
    std::vector<std::string> taken;
    while (!list.empty()) {
        taken.push_back(list.take());
    }
    return taken;
}

TEST(NameList, gives_names_in_the_order_of_their_bytes) {
    EXPECT_THAT(taken_from(list_of({"b", "\xff", "a-", "B", "a", "\n"})),
                ElementsAre("\n", "B", "a", "a-", "b", "\xff"));
    EXPECT_TRUE(list_of({}).empty());
}

// More than one piece of them.
TEST(NameList, keeps_many) {
    source::NameList list;
    for (int i = 20000; i-- > 0;) {
        list.add("name " + std::to_string(100000 + i));
    }
    list.sort();
    for (int i = 0; i < 20000; ++i) {
        ASSERT_EQ(list.take(), "name " + std::to_string(100000 + i));
    }
    EXPECT_TRUE(list.empty());
}

TEST(NameList, knows_whole_names_only) {
    const auto list = list_of({"beta", "alpha", "gamma"});
    EXPECT_TRUE(list.has("alpha"));
    EXPECT_TRUE(list.has("gamma"));
    EXPECT_FALSE(list.has("alph"));
    EXPECT_FALSE(list.has("alphabet"));
    EXPECT_FALSE(list.has("zeta"));
}

TEST(NameList, drops_those_with_a_prefix) {
    auto list = list_of({".intact-a", "b", ".intact", ".intact-"});
    list.drop_with_prefix(".intact-");
    EXPECT_THAT(taken_from(std::move(list)), ElementsAre(".intact", "b"));
}

} // namespace
} // namespace intact::test
