// Whose time is over and who makes room, on a clock of the test's own.
#include "metrics/client_table.hpp"

#include <gtest/gtest.h>

namespace intact::metrics {
namespace {

using namespace std::chrono_literals;
using Phase = Client::Phase;

class ClientTableTest : public testing::Test {
protected:
    ClientTable table_{{10s, 75s, 60s, 5s}};
};

TEST_F(ClientTableTest, ends_each_phase_at_its_time) {
    Client &reading = table_.add(1, 100s);
    Client &idle = table_.add(2, 100s);
    Client &answering = table_.add(3, 100s);
    ClientTable::enter(idle, Phase::idle, 101s);
    ClientTable::enter(answering, Phase::answering, 102s);
    ClientTable::enter(table_.add(4, 100s), Phase::checking, 100s);
    EXPECT_EQ(table_.next_deadline(), 110s);
    EXPECT_TRUE(table_.overdue(109s).empty());
    EXPECT_EQ(table_.overdue(110s), std::vector<Client *>{&reading});
    reading.ended = Client::Ended::for_time;
    EXPECT_EQ(table_.next_deadline(), 162s);
    EXPECT_EQ(table_.overdue(162s), std::vector<Client *>{&answering});
    table_.remove(answering);
    EXPECT_EQ(table_.next_deadline(), 176s);
    EXPECT_EQ(table_.overdue(1000s), std::vector<Client *>{&idle});
}

TEST_F(ClientTableTest, has_nothing_due_when_nobody_is_there) {
    EXPECT_EQ(table_.next_deadline(), std::nullopt);
    EXPECT_EQ(table_.most_dispensable(0s), nullptr);
}

TEST_F(ClientTableTest, lets_who_has_been_silent_for_longest_go_first) {
    ClientTable::enter(table_.add(1, 0s), Phase::answering, 0s);
    Client &second = table_.add(2, 2s);
    Client &first = table_.add(3, 3s);
    ClientTable::enter(first, Phase::idle, 1s);
    EXPECT_EQ(table_.most_dispensable(50s), &first);
    first.ended = Client::Ended::for_room;
    EXPECT_EQ(table_.most_dispensable(50s), &second);
}

TEST_F(ClientTableTest, breaks_off_an_answer_only_when_it_has_taken_long) {
    Client &slow = table_.add(1, 0s);
    ClientTable::enter(slow, Phase::answering, 10s);
    ClientTable::enter(table_.add(2, 0s), Phase::answering, 12s);
    EXPECT_EQ(table_.most_dispensable(14s), nullptr);
    EXPECT_EQ(table_.most_dispensable(15s), &slow);
}

TEST_F(ClientTableTest, never_lets_go_of_who_waits_for_a_verdict) {
    ClientTable::enter(table_.add(1, 0s), Phase::checking, 0s);
    EXPECT_EQ(table_.most_dispensable(1000s), nullptr);
}

} // namespace
} // namespace intact::metrics
