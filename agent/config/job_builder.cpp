#include "config/job_builder.hpp"

#include "config/checks.hpp"
#include "config/choices.hpp"
#include "config/rules.hpp"
#include "config/settings.hpp"
#include "os/signal_name.hpp"

namespace intact::config {
namespace {

using std::chrono::microseconds;
using Texts = std::vector<std::string>;

constexpr int kUsualGzip = 6;
constexpr int kUsualZstd = 3;

template <typename Enum>
Enum choice(const Effective &values, std::string_view key,
            std::span<const std::string_view> words) {
    return choice_of<Enum>(words, values.get<std::string>(key));
}

std::optional<microseconds> limit(const Effective &values, std::string_view key) {
    const microseconds span = values.get<microseconds>(key);
    return span == microseconds::max() ? std::nullopt : std::optional(span);
}

RequiredMount mount_of(const Effective &values, std::string_view key) {
    return {values.get<bool>(key), values.get<std::string>(key)};
}

Variables variables(const Effective &values, std::string_view key) {
    Variables environment;
    for (const Variable &variable : environment_of(values, key)) {
        environment.emplace(variable.name, variable.value);
    }
    return environment;
}

FilesSource files_source(const Effective &values) {
    FilesSource source;
    source.paths = values.get<Texts>("source.paths");
    source.exclude = values.get<Texts>("source.exclude");
    source.one_file_system = values.get<bool>("source.one_file_system");
    source.exclude_caches = values.get<bool>("source.exclude_caches");
    source.exclude_if_present = values.get<Texts>("source.exclude_if_present");
    source.require_mount = mount_of(values, "source.require_mount");
    return source;
}

ExitRules exit_rules(const Effective &values) {
    ExitRules rules;
    for (const Variable &one : environment_of(values, "source.exit_status")) {
        const auto verdict = choice_of<Verdict>(kVerdicts, one.value.text);
        if (const std::optional<int> status = exit_status_of(one.name)) {
            rules.statuses.emplace(*status, verdict);
        } else if (const std::optional<int> signal = os::signal_named(one.name)) {
            rules.signals.emplace(*signal, verdict);
        }
    }
    rules.stderr_warnings = values.get<Texts>("source.stderr_warnings");
    rules.stderr_failures = values.get<Texts>("source.stderr_failures");
    return rules;
}

CommandSource command_source(const Effective &values) {
    CommandSource source;
    source.command = values.get<Texts>("source.command");
    source.format = format_of(values);
    source.min_size = values.get<std::uint64_t>("source.min_size");
    source.end_pattern = values.get<std::string>("source.end_pattern");
    source.end_window = values.get<std::uint64_t>("source.end_window");
    source.working_directory = values.get<std::string>("source.working_directory");
    source.environment = variables(values, "source.environment");
    source.exit = exit_rules(values);
    return source;
}

KubernetesSource kubernetes_source(const Effective &values) {
    KubernetesSource source;
    source.kubectl = values.get<std::string>("source.kubectl");
    source.namespace_ = values.get<std::string>("source.namespace");
    source.context = values.get<std::string>("source.context");
    source.kubeconfig = values.get<std::string>("source.kubeconfig");
    source.pod =
        Effective::value_as<std::string>(values.find_unless("source.pod", "source.selector"));
    source.selector =
        Effective::value_as<std::string>(values.find_unless("source.selector", "source.pod"));
    source.container = values.get<std::string>("source.container");
    source.path = values.get<std::string>("source.path");
    source.digest = choice<PodDigest>(values, "source.pod_digest", kPodDigests);
    source.exclude = values.get<Texts>("source.exclude");
    source.exit = exit_rules(values);
    return source;
}

formats::Format dump_format(SourceType type, bool is_of_all) {
    switch (type) {
    case SourceType::mysql:
        return {formats::Kind::mysqldump, {}};
    case SourceType::mongodb:
        return {formats::Kind::mongodb_archive, {}};
    case SourceType::sqlite:
        return {formats::Kind::sqlite, {}};
    case SourceType::redis:
        return {formats::Kind::redis_rdb, {}};
    default:
        return {is_of_all ? formats::Kind::pgdump_plain : formats::Kind::pgdump_custom, {}};
    }
}

DatabaseSource database_source(const Effective &values, SourceType type) {
    DatabaseSource source;
    source.type = type;
    source.database = values.get<std::string>("source.database");
    source.file = values.get<std::string>("source.file");
    source.host = values.get<std::string>("source.host");
    source.port = static_cast<unsigned>(values.get<std::int64_t>("source.port"));
    source.socket = values.get<std::string>("source.socket");
    source.user = values.get<std::string>("source.user");
    if (const Effective::Found password = values.find("source.password");
        password.value != nullptr) {
        source.password = Effective::value_as<Entry>(password).value;
    }
    source.tools = values.get<std::string>("source.tools");
    source.options = values.get<Texts>("source.options");
    source.format = dump_format(type, source.database == kAllDatabases);
    source.min_size = values.get<std::uint64_t>("source.min_size");
    source.environment = variables(values, "source.environment");
    source.exit = exit_rules(values);
    return source;
}

Source source_of(const Effective &values) {
    const SourceType type = source_type_of(values).value_or(SourceType::files);
    switch (type) {
    case SourceType::command:
        return command_source(values);
    case SourceType::kubernetes:
        return kubernetes_source(values);
    case SourceType::files:
        return files_source(values);
    default:
        return database_source(values, type);
    }
}

Expectations expectations(const Effective &values) {
    Expectations expect;
    expect.min_size = values.get<std::uint64_t>("expect.min_size");
    expect.max_shrink = share_of(values.get<std::string>("expect.max_shrink"));
    expect.min_entries = static_cast<std::uint64_t>(values.get<std::int64_t>("expect.min_entries"));
    return expect;
}

Archive archive_of(const Effective &values) {
    Archive archive;
    archive.compression = compression_of(values);
    const Effective::Found level = level_of(values);
    archive.level = level.value != nullptr
                        ? static_cast<int>(Effective::value_as<std::int64_t>(level))
                    : archive.compression == Compression::gzip ? kUsualGzip
                                                               : kUsualZstd;
    archive.threads = static_cast<unsigned>(values.get<std::int64_t>("archive.threads"));
    archive.frame_size = values.get<std::uint64_t>("archive.frame_size");
    return archive;
}

// Of the last two, a run has one at most.
microseconds longest_time_of(const Hooks &hooks) {
    const int count = (hooks.before.empty() ? 0 : 1) + (hooks.after.empty() ? 0 : 1) +
                      (hooks.on_failure.empty() && hooks.on_success.empty() ? 0 : 1);
    return count * hooks.timeout;
}

Hooks hooks_of(const Effective &values) {
    Hooks hooks;
    hooks.before = values.get<Texts>("hooks.before");
    hooks.after = values.get<Texts>("hooks.after");
    hooks.on_failure = values.get<Texts>("hooks.on_failure");
    hooks.on_success = values.get<Texts>("hooks.on_success");
    hooks.timeout = values.get<microseconds>("hooks.timeout");
    hooks.environment = variables(values, "hooks.environment");
    return hooks;
}

std::optional<Schedule> schedule_of(const Effective &values) {
    if (values.find("schedule.calendar").value == nullptr) {
        return std::nullopt;
    }
    Schedule schedule;
    schedule.calendar = values.get<Texts>("schedule.calendar");
    schedule.timezone = values.get<std::string>("schedule.timezone");
    schedule.dst_gap = choice<schedule::DstGap>(values, "schedule.dst_gap", kGaps);
    schedule.random_delay = values.get<microseconds>("schedule.random_delay");
    schedule.delay_kind = choice<DelayKind>(values, "schedule.random_delay_kind", kDelayKinds);
    schedule.catch_up = values.get<bool>("schedule.catch_up");
    schedule.catch_up_window = values.get<microseconds>("schedule.catch_up_window");
    if (values.find("schedule.success_within").value != nullptr) {
        schedule.success_within = values.get<microseconds>("schedule.success_within");
    }
    return schedule;
}

} // namespace

DaemonSettings build_daemon_settings(const Layer &agent) {
    const Effective values(agent, empty_layer());
    DaemonSettings settings;
    settings.max_concurrent_runs =
        static_cast<unsigned>(values.get<std::int64_t>("daemon.max_concurrent_runs"));
    settings.max_runs_per_filesystem =
        static_cast<unsigned>(values.get<std::int64_t>("daemon.max_runs_per_filesystem"));
    settings.shutdown_grace = values.get<microseconds>("daemon.shutdown_grace");
    settings.survey_interval = limit(values, "daemon.survey_interval");
    return settings;
}

LoadedJob build_job(const std::string &name, const Effective &values, Account account) {
    Job job;
    job.name = name;
    job.file = values.job().file;
    job.description = values.get<std::string>("description");
    job.enabled = values.get<bool>("enabled");
    job.schedule = schedule_of(values);
    job.source = source_of(values);
    job.archive = archive_of(values);
    job.destination.path = destination_path_of(name, values);
    job.destination.name = values.get<std::string>("destination.name");
    job.destination.strategy = choice<Strategy>(values, "destination.strategy", kStrategies);
    job.destination.staging = values.get<std::string>("destination.staging");
    job.destination.require_mount = mount_of(values, "destination.require_mount");
    job.verify.after_run = choice<VerifyDepth>(values, "verify.after_run", kDepths);
    job.on_warning = reactions_of(values);
    job.expect = expectations(values);
    job.limits.timeout = limit(values, "run.timeout");
    job.limits.stall_timeout = limit(values, "run.stall_timeout");
    job.limits.retries = static_cast<unsigned>(values.get<std::int64_t>("run.retries"));
    job.limits.retry_delay = values.get<microseconds>("run.retry_delay");
    job.conditions.ac_power = values.get<bool>("conditions.ac_power");
    job.conditions.mount_points = values.get<Texts>("conditions.path_is_mount_point");
    job.conditions.min_free_space = values.get<std::uint64_t>("conditions.min_free_space");
    job.hooks = hooks_of(values);
    job.limits.hooks = longest_time_of(job.hooks);
    job.priority.nice = static_cast<int>(values.get<std::int64_t>("run.nice"));
    job.priority.io_class = choice<IoClass>(values, "run.io_class", kIoClasses);
    job.priority.io_priority = static_cast<int>(values.get<std::int64_t>("run.io_priority"));
    std::vector<Setting> settings =
        account == Account::kept ? settings_of(job, values) : std::vector<Setting>();
    return {std::move(job), "", std::move(settings)};
}

} // namespace intact::config
