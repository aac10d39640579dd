#include "engine/survey.hpp"

#include "base/caught.hpp"
#include "base/quantity.hpp"
#include "destination/backup_list.hpp"
#include "os/mount.hpp"

#include <condition_variable>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace intact::engine {
namespace {

Survey unreachable(WallTime now, Error trouble) {
    Survey survey;
    survey.facts.looked = now;
    survey.facts.is_reachable = false;
    survey.trouble = std::move(trouble);
    return survey;
}

Result<Survey> try_survey(const Context &context, const config::Job &job, const LastMount &last) {
    INTACT_TRY_ASSIGN(const auto directory,
                      os::Directory::open(job.destination.path, *context.sys));
    INTACT_TRY_ASSIGN(const auto filesystem, destination::examine_filesystem(directory));
    INTACT_TRY(check_destination(job.destination, filesystem, last));
    return survey_directory(directory, filesystem, job, context.clock->now());
}

/// Shared with threads that may never come back.
struct Answers {
    std::mutex mutex;
    std::condition_variable grew;
    std::vector<std::optional<Survey>> surveys;
    std::size_t done = 0;
};

void survey_mount(const std::shared_ptr<Answers> &answers, const Context &context,
                  const std::vector<std::pair<std::size_t, SurveyOrder>> &orders) {
    for (const auto &[number, order] : orders) {
        Survey survey;
        try {
            survey = survey_job(context, order.job, order.last);
        } catch (...) {
            survey = unreachable(context.clock->now(), caught("look at a destination"));
        }
        const std::lock_guard lock(answers->mutex);
        answers->surveys[number] = std::move(survey);
        ++answers->done;
        answers->grew.notify_one();
    }
}

} // namespace

Result<Survey> survey_directory(const os::Directory &directory,
                                const destination::Filesystem &filesystem, const config::Job &job,
                                WallTime now) {
    Survey survey;
    INTACT_TRY_ASSIGN(const auto space, destination::space_of(directory));
    INTACT_TRY_ASSIGN(const auto backups, destination::list_backups(directory, job.name));
    survey.facts.looked = now;
    survey.facts.free_bytes = space.free_bytes;
    survey.facts.size_bytes = space.size_bytes;
    survey.facts.filesystem = filesystem.name;
    for (const destination::FoundBackup &backup : backups) {
        // One whose archive is missing, or whose manifest says nothing, is no backup.
        if (!backup.manifest || !backup.size) {
            continue;
        }
        ++survey.facts.backups;
        survey.facts.backup_bytes += *backup.size;
        survey.facts.newest_bytes = *backup.size;
        survey.archives.insert(backup.manifest->archive);
    }
    return survey;
}

Survey survey_job(const Context &context, const config::Job &job, const LastMount &last) {
    auto survey = try_survey(context, job, last);
    return survey ? *std::move(survey)
                  : unreachable(context.clock->now(), std::move(survey).error());
}

std::vector<Survey> survey_all(const Context &context, const std::vector<SurveyOrder> &orders,
                               std::chrono::milliseconds patience) {
    const auto mounts = os::all_mounts().value_or(std::vector<os::Mount>());
    std::map<std::string, std::vector<std::pair<std::size_t, SurveyOrder>>> by_mount;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const os::Mount *mount = os::mount_by_path(orders[i].job.destination.path, mounts);
        by_mount[mount == nullptr ? "" : mount->point].emplace_back(i, orders[i]);
    }
    const auto answers = std::make_shared<Answers>();
    answers->surveys.resize(orders.size());
    for (auto &of_mount : by_mount) {
        std::thread([answers, context, some = std::move(of_mount.second)] {
            survey_mount(answers, context, some);
        }).detach();
    }
    std::unique_lock lock(answers->mutex);
    answers->grew.wait_for(lock, patience, [&] { return answers->done == orders.size(); });
    std::vector<Survey> surveys;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (answers->surveys[i]) {
            surveys.push_back(std::move(*answers->surveys[i]));
            continue;
        }
        surveys.push_back(
            unreachable(context.clock->now(),
                        Error(ErrorCode::timed_out,
                              fmt::format("{} does not answer",
                                          os::quoted_path(orders[i].job.destination.path)))));
    }
    return surveys;
}

} // namespace intact::engine
