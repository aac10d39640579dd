#include "engine/place.hpp"

#include "destination/filesystem.hpp"

#include <fmt/format.h>
#include <iterator>
#include <sys/stat.h>

namespace intact::engine {
namespace {

bool is_same(const os::Directory &one, const os::Directory &other) {
    struct stat a{};
    struct stat b{};
    return fstat(one.fd(), &a) == 0 && fstat(other.fd(), &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

} // namespace

Result<Place> take_place(os::Directory directory, const std::string &lock_name, bool is_remote,
                         const Taker &taker, std::vector<SettledRun> &settled) {
    INTACT_TRY_ASSIGN(os::LockFile lock, os::LockFile::acquire(directory, lock_name, taker.owner,
                                                               taker.patience, taker.stop));
    INTACT_TRY_ASSIGN(auto dead,
                      settle_predecessors(directory, lock, is_remote, taker.settling, taker.stop));
    std::move(dead.begin(), dead.end(), std::back_inserter(settled));
    return Place{std::move(directory), std::move(lock)};
}

Result<std::optional<Place>> take_staging(const Context &context, const config::Job &job,
                                          const os::Directory &target, Taker taker,
                                          std::vector<SettledRun> &settled) {
    if (job.destination.staging.empty()) {
        return std::nullopt;
    }
    auto directory = os::Directory::open(job.destination.staging, *context.sys);
    if (!directory) {
        return fail(std::move(directory).error().within("destination.staging="));
    }
    if (is_same(*directory, target)) {
        return std::nullopt;
    }
    taker.patience = std::chrono::milliseconds(0); // who has the job's lock waits for nobody
    INTACT_TRY_ASSIGN(const auto filesystem, destination::examine_filesystem(*directory));
    INTACT_TRY_ASSIGN(auto place,
                      take_place(*std::move(directory),
                                 fmt::format(".intact-staging-{}-{}.lock", context.host, job.name),
                                 filesystem.is_remote, taker, settled));
    return std::optional<Place>(std::move(place));
}

} // namespace intact::engine
