#include "config/key_table.hpp"

#include "config/choices.hpp"

#include <algorithm>
#include <array>

namespace intact::config {
namespace {

constexpr SourceTypes kFiles = only(SourceType::files);
constexpr SourceTypes kCommand = only(SourceType::command);
constexpr SourceTypes kKubernetes = only(SourceType::kubernetes);
/// Far beyond any use, and no sum of such spans and times overflows.
constexpr std::int64_t kYear = 366LL * 24 * 3600 * 1'000'000;

constexpr std::array kJobKeys{
    Key{.name = "description",
        .builtin = "\"\"",
        .check = check_text,
        .summary = "What the job is for"},
    Key{.name = "enabled",
        .kind = Kind::boolean,
        .builtin = "true",
        .summary = "false: the scheduler leaves the job alone; it still runs by hand"},

    Key{.name = "schedule.calendar",
        .kind = Kind::text_or_texts,
        .check = check_calendar,
        .summary = "When to run, as systemd.time(7) spells calendar events"},
    Key{.name = "schedule.timezone",
        .builtin = "\"\"",
        .check = check_timezone,
        .summary = "Time zone of the calendar, such as \"Europe/Berlin\"; default: the host's"},
    Key{.name = "schedule.dst_gap",
        .kind = Kind::choice,
        .builtin = "\"run-after\"",
        .choices = kGaps,
        .summary =
            "What becomes of a fixed hour that the clock skips: a run when it goes on, or none"},
    Key{.name = "schedule.random_delay",
        .kind = Kind::duration,
        .builtin = "\"0s\"",
        .minimum = 0,
        .maximum = kYear,
        .summary = "Longest delay after the calendar's time"},
    Key{.name = "schedule.random_delay_kind",
        .kind = Kind::choice,
        .builtin = "\"stable\"",
        .choices = kDelayKinds,
        .summary = "The same delay each time, by host and job, or another one"},
    Key{.name = "schedule.catch_up",
        .kind = Kind::boolean,
        .builtin = "true",
        .summary = "One run for all times missed while the host was off"},
    Key{.name = "schedule.catch_up_window",
        .kind = Kind::duration,
        .builtin = "\"infinity\"",
        .minimum = 1,
        .maximum = kUnbounded,
        .summary = "How late that run may be"},
    Key{.name = "schedule.success_within",
        .kind = Kind::duration,
        .minimum = 1,
        .maximum = kYear,
        .summary = "How long after its time a backup may take before metrics tell that it is "
                   "overdue; default: what run.timeout and run.retries allow, or an hour or more"},

    Key{.name = "source.type",
        .kind = Kind::choice,
        .choices = kSourceTypes,
        .summary = "What is backed up: files, a command's output, files in a pod"},
    Key{.name = "source.paths",
        .kind = Kind::texts,
        .check = check_absolute,
        .used_by = kFiles,
        .required_by = kFiles,
        .summary = "Absolute paths of the trees to back up"},
    Key{.name = "source.exclude",
        .kind = Kind::texts,
        .builtin = "[]",
        .check = check_pattern,
        .used_by = kFiles | kKubernetes,
        .summary = "Patterns of what to leave out"},
    Key{.name = "source.one_file_system",
        .kind = Kind::boolean,
        .builtin = "false",
        .used_by = kFiles,
        .summary = "Do not descend into other file systems"},
    Key{.name = "source.require_mount",
        .kind = Kind::flag_or_text,
        .builtin = "false",
        .check = check_filled,
        .used_by = kFiles,
        .summary = "The same for every path of source.paths, see destination.require_mount"},
    Key{.name = "source.exclude_caches",
        .kind = Kind::boolean,
        .builtin = "true",
        .used_by = kFiles,
        .summary = "Leave out what directories hold that a CACHEDIR.TAG marks as caches"},
    Key{.name = "source.exclude_if_present",
        .kind = Kind::texts,
        .builtin = "[\".nobackup\"]",
        .check = check_file_name,
        .used_by = kFiles,
        .summary = "Leave out directories that hold a file of one of these names"},
    Key{.name = "source.command",
        .kind = Kind::texts,
        .check = check_argument,
        .used_by = kCommand,
        .required_by = kCommand,
        .summary = "Program and arguments, run without a shell; its output is the backup"},
    Key{.name = "source.format",
        .kind = Kind::choice,
        .builtin = "\"raw\"",
        .choices = kFormats,
        .used_by = kCommand,
        .summary = "What the output is: decides how its end is proven"},
    Key{.name = "source.environment",
        .kind = Kind::table_of_texts,
        .check = check_argument,
        .name_check = check_variable_name,
        .used_by = kCommand,
        .summary = "Variables added to the command's clean environment"},
    Key{.name = "source.working_directory",
        .builtin = "\"/\"",
        .check = check_absolute,
        .used_by = kCommand,
        .summary = "Where the command starts"},
    Key{.name = "source.kubectl",
        .builtin = "\"kubectl\"",
        .check = check_filled,
        .used_by = kKubernetes,
        .summary = "The kubectl program, by name or path"},
    Key{.name = "source.context",
        .builtin = "\"\"",
        .check = check_text,
        .used_by = kKubernetes,
        .summary = "kubectl's context; default: the current one"},
    Key{.name = "source.kubeconfig",
        .builtin = "\"\"",
        .check = check_absolute_or_empty,
        .used_by = kKubernetes,
        .summary = "kubectl's configuration file; default: kubectl's own"},
    Key{.name = "source.namespace",
        .builtin = "\"\"",
        .check = check_text,
        .used_by = kKubernetes,
        .summary = "Namespace of the pod; default: the context's"},
    Key{.name = "source.pod",
        .check = check_filled,
        .used_by = kKubernetes,
        .summary = "Name of the pod; this or selector"},
    Key{.name = "source.selector",
        .check = check_filled,
        .used_by = kKubernetes,
        .summary = "Label selector that only one running pod matches; this or pod"},
    Key{.name = "source.container",
        .builtin = "\"\"",
        .check = check_text,
        .used_by = kKubernetes,
        .summary = "Container of the pod; default: the pod's default"},
    Key{.name = "source.path",
        .check = check_absolute,
        .used_by = kKubernetes,
        .required_by = kKubernetes,
        .summary = "Absolute path inside the container"},

    Key{.name = "archive.compression",
        .kind = Kind::choice,
        .builtin = "\"zstd\"",
        .choices = kCompressions,
        .summary = "How the archive is compressed"},
    Key{.name = "archive.level",
        .kind = Kind::integer,
        .minimum = 1,
        .maximum = 19,
        .summary = "Effort of the compression: zstd 1 to 19 (default 3), gzip 1 to 9 (default 6)"},
    Key{.name = "archive.threads",
        .kind = Kind::integer,
        .builtin = "0",
        .minimum = 0,
        .maximum = 64,
        .summary = "Threads that compress; 0: one a core, at most 4"},
    Key{.name = "archive.frame_size",
        .kind = Kind::size,
        .builtin = "\"4MiB\"",
        .minimum = 64 << 10,
        .maximum = 1 << 30,
        .summary = "Bytes of input in one independent zstd frame"},

    Key{.name = "destination.path",
        .check = check_absolute,
        .summary = "Directory of the backups; default: /var/backups/intact/ and the job's name"},
    Key{.name = "destination.name",
        .builtin = "\"{job}-{time}\"",
        .check = check_name_template,
        .summary =
            "Name of a backup, from {job}, {time} and {host}; without {time} each run replaces it"},
    Key{.name = "destination.strategy",
        .kind = Kind::choice,
        .builtin = "\"auto\"",
        .choices = kStrategies,
        .summary = "How a finished archive takes its name; auto: by the file system"},
    Key{.name = "destination.staging",
        .builtin = "\"\"",
        .check = check_absolute_or_empty,
        .summary = "Directory where the archive is written first and copied from when it is "
                   "complete; default: the destination itself"},
    Key{.name = "destination.require_mount",
        .kind = Kind::flag_or_text,
        .builtin = "false",
        .check = check_filled,
        .summary = "true: the path must not lie on the root file system; or the UUID, or the "
                   "network source, of the one it must lie on"},

    Key{.name = "verify.after_run",
        .kind = Kind::choice,
        .builtin = "\"archive\"",
        .choices = kDepths,
        .summary = "How deeply each new backup is read back"},

    Key{.name = "conditions.ac_power",
        .kind = Kind::boolean,
        .builtin = "false",
        .summary = "true: no scheduled run while the host runs on battery"},
    Key{.name = "conditions.path_is_mount_point",
        .kind = Kind::text_or_texts,
        .builtin = "[]",
        .check = check_absolute,
        .summary = "No scheduled run while nothing is mounted at one of these paths"},
    Key{.name = "conditions.min_free_space",
        .kind = Kind::size,
        .builtin = "\"0\"",
        .minimum = 0,
        .maximum = kUnbounded,
        .summary = "No scheduled run while the destination has less free space"},

    Key{.name = "hooks.before",
        .kind = Kind::texts,
        .builtin = "[]",
        .check = check_argument,
        .summary = "Program and arguments, run first; when it fails there is no backup, and its "
                   "exit status 75 says: not now"},
    Key{.name = "hooks.after",
        .kind = Kind::texts,
        .builtin = "[]",
        .check = check_argument,
        .summary = "Run at the end of every run whose hooks.before ended well"},
    Key{.name = "hooks.on_failure",
        .kind = Kind::texts,
        .builtin = "[]",
        .check = check_argument,
        .summary = "Run last when the run has failed"},
    Key{.name = "hooks.on_success",
        .kind = Kind::texts,
        .builtin = "[]",
        .check = check_argument,
        .summary = "Run last when there is a new backup, with or without warnings"},
    Key{.name = "hooks.timeout",
        .kind = Kind::duration,
        .builtin = "\"5min\"",
        .minimum = 1,
        .maximum = kYear,
        .summary = "A hook that takes longer is stopped and has failed"},
    Key{.name = "hooks.environment",
        .kind = Kind::table_of_texts,
        .check = check_argument,
        .name_check = check_variable_name,
        .summary = "Variables added to the hooks' clean environment"},

    Key{.name = "run.timeout",
        .kind = Kind::duration,
        .builtin = "\"infinity\"",
        .minimum = 1,
        .maximum = kUnbounded,
        .summary = "A run that takes longer fails"},
    Key{.name = "run.stall_timeout",
        .kind = Kind::duration,
        .builtin = "\"infinity\"",
        .minimum = 1,
        .maximum = kUnbounded,
        .summary = "A run that moves no byte for so long fails"},
    Key{.name = "run.retries",
        .kind = Kind::integer,
        .builtin = "0",
        .minimum = 0,
        .maximum = 100,
        .summary = "How often the scheduler tries again after a failure"},
    Key{.name = "run.retry_delay",
        .kind = Kind::duration,
        .builtin = "\"5min\"",
        .minimum = 1,
        .maximum = kYear,
        .summary = "Time before the scheduler tries again; doubles with each failure, up to a day"},
    Key{.name = "run.nice",
        .kind = Kind::integer,
        .builtin = "0",
        .minimum = 0,
        .maximum = 19,
        .summary = "How far a scheduled run steps back for other processes"},
    Key{.name = "run.io_class",
        .kind = Kind::choice,
        .builtin = "\"as-daemon\"",
        .choices = kIoClasses,
        .summary = "How a scheduled run shares the disk with other processes"},
    Key{.name = "run.io_priority",
        .kind = Kind::integer,
        .builtin = "7",
        .minimum = 0,
        .maximum = 7,
        .summary = "Within the class best-effort: 0 goes first"},
};

std::string_view table_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

std::string_view leaf_of(std::string_view name) {
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0: the whole name
}

} // namespace

const KeySet &job_keys() {
    static constexpr KeySet kSet{kJobKeys};
    return kSet;
}

const Key *KeySet::find(std::string_view name) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [name](const Key &key) { return key.name == name; });
    return found == keys_.end() ? nullptr : &*found;
}

bool KeySet::is_table(std::string_view name) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [name](const Key &key) { return table_of(key.name) == name; });
}

std::vector<std::string> KeySet::names_in(std::string_view table) const {
    const std::string prefix = table.empty() ? "" : std::string(table) + ".";
    std::vector<std::string> names;
    for (const Key &key : keys_) {
        if (!key.name.starts_with(prefix)) {
            continue;
        }
        const std::string_view below = key.name.substr(prefix.size());
        const std::string_view name = below.substr(0, below.find('.'));
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.emplace_back(name);
        }
    }
    return names;
}

std::vector<std::string> KeySet::tables_with(std::string_view leaf) const {
    std::vector<std::string> tables;
    for (const Key &key : keys_) {
        if (leaf_of(key.name) == leaf) {
            tables.emplace_back(table_of(key.name));
        }
    }
    return tables;
}

} // namespace intact::config
