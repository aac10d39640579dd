// Checks passwords on a thread of its own, since bcrypt takes a good part of a second on purpose.
// Knows users and their hashes, and no HTTP. Source: crypt(3), crypt(5).
#pragma once

#include "base/error.hpp"
#include "metrics/basic_auth.hpp"
#include "os/event_fd.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace intact::metrics {

/// Thread: all but its own work on that of the loop. The end waits for the password that is being
/// checked, and forgets those that wait.
class PasswordChecker {
public:
    using Users = std::map<std::string, std::string>;
    enum class Reply : std::uint8_t {
        right,   ///< as it was when it was checked before
        waiting, ///< done() tells
        busy,    ///< too many wait
    };
    struct Checked {
        void *whom;
        bool is_right;
    };

    /// Of at least one user. Errors: io, out_of_resources.
    static Result<std::unique_ptr<PasswordChecker>> start(Users users);
    ~PasswordChecker();
    PasswordChecker(const PasswordChecker &) = delete;
    PasswordChecker &operator=(const PasswordChecker &) = delete;

    /// What is right is remembered, as a hash with a key that nobody knows, one for each user: a
    /// scrape costs nothing then. An unknown user takes as long as one that there is.
    Reply ask(Credentials credentials, void *whom);
    /// Readable when done() has something to tell.
    int fd() const { return event_.fd(); }
    std::vector<Checked> done();

private:
    using Digest = std::array<unsigned char, 32>;
    struct Question {
        Credentials credentials;
        Digest digest;
        void *whom;
        bool is_right = false;
    };

    PasswordChecker(Users users, os::EventFd event, const Digest &key);
    Digest digest_of(const Credentials &credentials) const;
    /// Of the user, or of one that stands in for those there are not.
    const std::string &hash_for(const std::string &user) const;
    void work();

    const Users users_;
    os::EventFd event_;
    const Digest key_;
    std::map<std::string, Digest> proven_; ///< by user
    std::mutex mutex_;
    std::condition_variable has_work_;
    std::deque<Question> waiting_;
    std::vector<Question> checked_;
    bool ends_ = false;
    std::thread thread_; ///< last: it uses the others
};

} // namespace intact::metrics
