#include "metrics/password_checker.hpp"

#include <crypt.h>
#include <cstring>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <iterator>

namespace intact::metrics {
namespace {

/// At a few a second, more would wait for longer than a client does.
constexpr std::size_t kMostWaiting = 16;

bool is_password_of(const std::string &hash, const std::string &password, crypt_data &scratch) {
    const char *made = crypt_r(password.c_str(), hash.c_str(), &scratch);
    const bool is_same = made != nullptr && std::strlen(made) == hash.size() &&
                         gnutls_memcmp(made, hash.data(), hash.size()) == 0;
    explicit_bzero(&scratch, sizeof scratch);
    return is_same;
}

} // namespace

Result<std::unique_ptr<PasswordChecker>> PasswordChecker::start(Users users) {
    INTACT_TRY_ASSIGN(os::EventFd event, os::EventFd::make());
    Digest key{};
    if (gnutls_rnd(GNUTLS_RND_KEY, key.data(), key.size()) != GNUTLS_E_SUCCESS) {
        return fail(ErrorCode::out_of_resources, "the system gives no random bytes");
    }
    return std::unique_ptr<PasswordChecker>(
        new PasswordChecker(std::move(users), std::move(event), key));
}

PasswordChecker::PasswordChecker(Users users, os::EventFd event, const Digest &key)
    : users_(std::move(users)), event_(std::move(event)), key_(key), thread_([this] { work(); }) {}

PasswordChecker::~PasswordChecker() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    has_work_.notify_one();
    thread_.join();
    for (Question &question : waiting_) {
        wipe(question.credentials.password);
    }
}

PasswordChecker::Digest PasswordChecker::digest_of(const Credentials &credentials) const {
    // No name holds a NUL, so that no two pairs are one text.
    std::string text = credentials.user + '\0' + credentials.password;
    Digest digest{};
    gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(),
                     digest.data());
    wipe(text);
    return digest;
}

const std::string &PasswordChecker::hash_for(const std::string &user) const {
    const auto known = users_.find(user);
    if (known != users_.end()) {
        return known->second;
    }
    // Always the same one for a name: users may have hashes of different cost.
    const Digest chosen = digest_of({user, ""});
    return std::next(users_.begin(), static_cast<std::ptrdiff_t>(chosen[0] % users_.size()))
        ->second;
}

PasswordChecker::Reply PasswordChecker::ask(Credentials credentials, void *whom) {
    const Digest digest = digest_of(credentials);
    const auto proven = proven_.find(credentials.user);
    if (proven != proven_.end() &&
        gnutls_memcmp(proven->second.data(), digest.data(), digest.size()) == 0) {
        wipe(credentials.password);
        return Reply::right;
    }
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) {
        wipe(credentials.password);
        return Reply::busy;
    }
    waiting_.push_back({std::move(credentials), digest, whom});
    has_work_.notify_one();
    return Reply::waiting;
}

std::vector<PasswordChecker::Checked> PasswordChecker::done() {
    std::vector<Checked> told;
    const std::lock_guard lock(mutex_);
    // Within the lock: what is checked meanwhile would be taken below and its signal left standing.
    event_.clear();
    for (const Question &question : checked_) {
        if (question.is_right) {
            proven_[question.credentials.user] = question.digest;
        }
        told.push_back({question.whom, question.is_right});
    }
    checked_.clear();
    return told;
}

void PasswordChecker::work() {
    const auto scratch = std::make_unique<crypt_data>();
    std::unique_lock lock(mutex_);
    for (;;) {
        has_work_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
        if (ends_) {
            return;
        }
        Question question = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        const Credentials &credentials = question.credentials;
        const bool is_same =
            is_password_of(hash_for(credentials.user), credentials.password, *scratch);
        question.is_right = is_same && users_.find(credentials.user) != users_.end();
        wipe(question.credentials.password);
        lock.lock();
        checked_.push_back(std::move(question));
        event_.signal();
    }
}

} // namespace intact::metrics
