// A run whose every call that changes a name is done by the server and answered to nobody.
//
//   reply_loss DIRECTORY restart|give-up EVERY
//
// DIRECTORY lies on NFS. EVERY=N tries each Nth of those calls.
#include "crash/fixture.hpp"
#include "vm/reply_loss/outage.hpp"

#include <fcntl.h>
#include <optional>

namespace intact::test {
namespace {

struct Arguments {
    std::string directory;
    Ending ending = Ending::server_restarts;
    std::size_t every = 1;
} arguments;

/// An outage around one of the calls that change a name.
class LosingSys final : public os::Sys {
public:
    explicit LosingSys(std::optional<std::size_t> at) : at_(at) {}

    std::size_t calls() const { return calls_; }
    bool has_lost() const { return has_lost_; }

    int openat(int dir, const char *name, int flags, mode_t mode) override {
        const auto real = [&] { return Sys::openat(dir, name, flags, mode); };
        return (flags & O_CREAT) != 0 ? unheard(real) : real();
    }
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override {
        return unheard([&] { return Sys::renameat2(old_dir, old_name, new_dir, new_name, flags); });
    }
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override {
        return unheard([&] { return Sys::linkat(old_dir, old_name, new_dir, new_name, flags); });
    }
    int unlinkat(int dir, const char *name, int flags) override {
        return unheard([&] { return Sys::unlinkat(dir, name, flags); });
    }

private:
    int unheard(const auto &real) {
        if (calls_++ != at_) {
            return real();
        }
        Outage outage(arguments.ending);
        const int status = real();
        const int error = errno;
        has_lost_ = outage.end();
        errno = error;
        return status;
    }

    const std::optional<std::size_t> at_;
    std::size_t calls_ = 0;
    bool has_lost_ = false;
};

// A soft mount is a warning.
bool has_published(const catalog::RunRecord &record) {
    return record.outcome == Outcome::success || record.outcome == Outcome::warning;
}

class ReplyLossTest : public CrashTest {
protected:
    ReplyLossTest() { job_.destination.path = arguments.directory; }
    ~ReplyLossTest() override {
        run_program("rm -rf '" + arguments.directory + "'/* '" + arguments.directory +
                    "'/.intact-*");
    }
};

TEST_P(ReplyLossTest, leaves_the_old_backup_or_a_new_one_and_says_which) {
    ASSERT_TRUE(has_published(run()));
    LosingSys probe(std::nullopt);
    ASSERT_TRUE(has_published(run(probe)));
    std::size_t points = 0;
    std::size_t succeeded = 0;
    for (std::size_t at = 0; at < probe.calls(); at += arguments.every) {
        const auto before = sound_backups();
        LosingSys sys(at);
        const auto record = run(sys);
        const auto after = sound_backups();
        points += sys.has_lost() ? 1U : 0U; // a name in the state directory is not on NFS
        if (has_published(record)) {
            ++succeeded;
            ASSERT_NE(std::find(after.begin(), after.end(), record.run_id), after.end())
                << "call " << at;
        } else {
            ASSERT_EQ(after, before) << "call " << at << ": " << record.failure->message;
        }
        const auto next = run();
        ASSERT_TRUE(has_published(next)) << "call " << at << ": " << next.failure->message;
        ASSERT_TRUE(left_over().empty()) << "call " << at;
        ASSERT_FALSE(sound_backups().empty());
        keep_only({next.run_id});
        ASSERT_FALSE(HasFailure()) << "call " << at;
    }
    EXPECT_GT(points, probe.calls() / arguments.every / 2);
    std::printf(
        "%s: %zu of %zu calls were done and not answered, %zu runs succeeded all the same\n",
        GetParam().name.c_str(), points, probe.calls(), succeeded);
}

INSTANTIATE_TEST_SUITE_P(Targets, ReplyLossTest,
                         testing::Values(Target{"time_stamped", "{job}-{time}"},
                                         Target{"fixed", "fixed"}),
                         name_of_target);

} // namespace

int run_all(int count, char **words) {
    testing::InitGoogleTest(&count, words);
    if (count != 4) {
        std::fputs("usage: reply_loss DIRECTORY restart|give-up EVERY\n", stderr);
        return 2;
    }
    arguments = {words[1],
                 std::string(words[2]) == "restart" ? Ending::server_restarts
                                                    : Ending::client_gives_up,
                 std::stoul(words[3])};
    return RUN_ALL_TESTS();
}

} // namespace intact::test

int main(int count, char **words) {
    return intact::test::run_all(count, words);
}
