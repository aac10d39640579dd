// Authorization headers, and passwords against real bcrypt hashes.
#include "metrics/basic_auth.hpp"
#include "metrics/password_checker.hpp"

#include <crypt.h>
#include <gtest/gtest.h>
#include <poll.h>

namespace intact::metrics {
namespace {

using Reply = PasswordChecker::Reply;

std::string joined(std::string_view header) {
    const auto credentials = parse_basic(header);
    return credentials ? credentials->user + " | " + credentials->password : "none";
}

TEST(ParseBasic, gives_name_and_password) {
    EXPECT_EQ(joined("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin | open sesame");
    EXPECT_EQ(joined("bAsIc   QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin | open sesame");
    EXPECT_EQ(joined("Basic YTpiOmM="), "a | b:c");
    EXPECT_EQ(joined("Basic Og=="), " | ");
}

TEST(ParseBasic, takes_nothing_else) {
    for (const char *header : {"", "Basic", "Basic ", "Bearer YTpi", "Basic YWI=", "YTpi",
                               "Basic Y", "Basic ====", "Basic YTpi YTpi", "Basic YT\npi",
                               "Basic YTpi\x80", "Basic YTpi,", "BasicYTpi",
                               /* "a:b\0c" */ "Basic YTpiAGM="}) {
        EXPECT_EQ(joined(header), "none") << header;
    }
    std::string longest;
    for (int i = 0; i < 171; ++i) {
        longest += "YTph"; // "a:a" again and again: 512 after the first colon is one too many
    }
    EXPECT_NE(joined("Basic " + longest), "none");
    EXPECT_EQ(joined("Basic " + longest + "YTphYTph"), "none");
}

std::string hash_of(const char *password, const char *prefix = "$2b$", unsigned long cost = 4) {
    crypt_data data{};
    char salt[CRYPT_GENSALT_OUTPUT_SIZE];
    EXPECT_NE(crypt_gensalt_rn(prefix, cost, "0123456789abcdef", 16, salt, sizeof salt), nullptr);
    return crypt_r(password, salt, &data);
}

class PasswordCheckerTest : public testing::Test {
protected:
    std::unique_ptr<PasswordChecker> checker_ =
        PasswordChecker::start({{"prom", hash_of("right")}, {"y", hash_of("other", "$2y$", 5)}})
            .value();

    std::vector<PasswordChecker::Checked> wait() {
        pollfd ready{checker_->fd(), POLLIN, 0};
        EXPECT_EQ(poll(&ready, 1, 30'000), 1);
        return checker_->done();
    }

    bool is_right(const std::string &user, const std::string &password) {
        int whom = 0;
        EXPECT_EQ(checker_->ask({user, password}, &whom), Reply::waiting);
        const auto checked = wait();
        EXPECT_EQ(checked.size(), 1U);
        return checked.size() == 1 && checked[0].whom == &whom && checked[0].is_right;
    }
};

TEST_F(PasswordCheckerTest, knows_right_from_wrong) {
    EXPECT_TRUE(is_right("prom", "right"));
    EXPECT_TRUE(is_right("y", "other"));
    for (const auto &[user, password] :
         std::vector<std::pair<std::string, std::string>>{{"prom", "wrong"},
                                                          {"prom", ""},
                                                          {"prom", "other"},
                                                          {"prom", "right "},
                                                          {"Prom", "right"},
                                                          {"", "right"},
                                                          {"nobody", "right"},
                                                          {"prom", std::string(511, 'a')}}) {
        EXPECT_FALSE(is_right(user, password)) << user << " " << password;
    }
}

TEST_F(PasswordCheckerTest, remembers_what_was_right_and_nothing_else) {
    EXPECT_TRUE(is_right("prom", "right"));
    EXPECT_FALSE(is_right("prom", "wrong"));
    EXPECT_FALSE(is_right("prom", "wrong"));
    EXPECT_EQ(checker_->ask({"prom", "right"}, nullptr), Reply::right);
    EXPECT_FALSE(is_right("nobody", "right"));
    EXPECT_FALSE(is_right("nobody", "right"));
}

TEST_F(PasswordCheckerTest, lets_a_bounded_number_wait) {
    std::size_t waiting = 0;
    while (checker_->ask({"prom", "wrong"}, nullptr) == Reply::waiting) {
        ASSERT_LT(++waiting, 1000U);
    }
    EXPECT_GE(waiting, 16U);
    for (std::size_t got = 0; got < waiting;) {
        got += wait().size();
    }
    EXPECT_TRUE(is_right("prom", "right"));
}

TEST(PasswordChecker, forgets_those_that_wait_at_its_end) {
    auto checker = PasswordChecker::start({{"prom", hash_of("right", "$2b$", 9)}}).value();
    for (int i = 0; i < 16; ++i) {
        checker->ask({"prom", "wrong"}, nullptr);
    }
    checker.reset();
}

} // namespace
} // namespace intact::metrics
