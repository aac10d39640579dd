// What was asked for, typed: the value between the command line and the verbs. Knows no parser.
#pragma once

#include "config/job.hpp"
#include "destination/intent_recovery.hpp"
#include "engine/publish_selftest.hpp"
#include "engine/restore.hpp"
#include "systemd/bus.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace intact::cli {

enum class Detail { normal, verbose };
/// How much is told while something goes on.
enum class Voice {
    normal,
    quiet,
    silent, ///< the daemon reads it all from the report descriptor
};
enum class Form { text, json };

/// With what writes to the state or a destination, on a host where Intact is installed.
enum class ActAs { service, root };
struct Globals {
    std::string config_dir;
    std::string state_dir;
    Detail detail = Detail::normal;
    ActAs user = ActAs::service;
    systemd::BusKind bus = systemd::BusKind::system; ///< where the daemon is asked
};

enum class RunBy { us, daemon };
struct RunArguments {
    std::vector<std::string> jobs;
    RunBy by = RunBy::us;
    std::chrono::milliseconds patience{0};
    bool is_new_destination = false;
    bool checks_conditions = false; ///< as a scheduled run does
    Form form = Form::text;
    Voice voice = Voice::normal;
    int report_fd = -1; ///< JSON lines go there as well
    // What the daemon hands over, see daemon/run_process.hpp:
    std::string run_id; ///< empty: a new one
    int config_fd = -1; ///< holds the configuration, as config::snapshot_json() gives it
};

/// What a first job is to be; what is empty is asked for.
struct InitArguments {
    std::string name;
    std::vector<std::string> sources;
    std::vector<std::string> command; ///< instead of sources
    std::string destination;
    std::string schedule; ///< "never": by hand only
    enum class To { file, standard_output } to = To::file;
};

enum class CheckFormat { full, brief, json };
struct CheckArguments {
    std::vector<std::string> files;
    CheckFormat format = CheckFormat::full;
};

enum class Origin { hidden, shown };
struct ConfigShowArguments {
    std::string job;
    Origin origin = Origin::hidden;
    Form form = Form::text;
};

enum class SchemaOf { job, agent };
struct ConfigSchemaArguments {
    SchemaOf file = SchemaOf::job;
};

enum class Reach { newest, all };
struct VerifyArguments {
    std::vector<std::string> words; ///< backups or jobs
    Reach reach = Reach::newest;
    config::VerifyDepth depth = config::VerifyDepth::archive;
    Form form = Form::text;
    Voice voice = Voice::normal;
};

enum class RestoreTo { directory, standard_output, command, pod, database };
struct RestoreArguments {
    std::string backup;
    RestoreTo to = RestoreTo::directory;
    std::string target;
    std::string pod; ///< its name; empty: the one that the backup's job names
    std::vector<std::string> patterns;
    std::vector<std::string> command;
    std::string job; ///< that names the database
    engine::Existing existing = engine::Existing::keep;
    bool dry_run = false;
    Voice voice = Voice::normal;
};

enum class Columns { usual, all };
struct ListArguments {
    std::string job;
    std::string destination;
    Columns columns = Columns::usual;
    Form form = Form::text;
};

struct ShowArguments {
    std::string backup;
    Form form = Form::text;
};

struct HistoryArguments {
    std::string job;
    std::uint64_t limit = 20;
    Form form = Form::text;
};

struct ScheduleArguments {
    std::string job;                    ///< empty: every job
    std::vector<std::string> calendars; ///< asked for instead of jobs
    std::string timezone;               ///< empty: the host's
    schedule::DstGap dst_gap = schedule::DstGap::run_after;
    std::string from; ///< empty: now
    std::uint64_t iterations = 5;
    Form form = Form::text;
};

enum class Watching { off, on };
struct StatusArguments {
    std::string job; ///< empty: every job
    Watching watch = Watching::off;
    Form form = Form::text;
};

/// What the daemon is told of some jobs, or of all.
enum class Whom { named, all };
struct ControlArguments {
    std::vector<std::string> jobs;
    Whom whom = Whom::named;
    std::string until; ///< of a pause; both empty: for ever
    std::string span;
};
struct CancelArguments : ControlArguments {};
struct PauseArguments : ControlArguments {};
struct ResumeArguments : ControlArguments {};
struct ReloadArguments {};
struct AcceptClockArguments {};

struct DoctorArguments {
    std::vector<std::string> words; ///< jobs, or directories (with a '/')
    Form form = Form::text;
};

struct RecoverArguments {
    std::string word;     ///< a job, or a directory (with a '/'); empty: every job
    std::string dead_run; ///< of that job, as the daemon has seen it die
    destination::Settling settling = destination::Settling::act;
};

struct SelftestArguments {
    std::string directory;
    engine::SelftestExtent extent;
    Form form = Form::text;
};

struct MetricsArguments {};
struct SurveyArguments {
    Voice voice = Voice::normal;
};
struct RebuildArguments {};

/// What a shell offers where a job or a backup is named.
enum class Offer { jobs, backups };
struct CompleteArguments {
    Offer offer = Offer::jobs;
};

struct VersionArguments {};

using Arguments = std::variant<
    RunArguments, InitArguments, CheckArguments, ConfigShowArguments, ConfigSchemaArguments,
    VerifyArguments, RestoreArguments, ListArguments, ShowArguments, HistoryArguments,
    ScheduleArguments, StatusArguments, CancelArguments, PauseArguments, ResumeArguments,
    ReloadArguments, AcceptClockArguments, DoctorArguments, RecoverArguments, SelftestArguments,
    MetricsArguments, SurveyArguments, RebuildArguments, CompleteArguments, VersionArguments>;

struct CommandLine {
    Globals globals;
    Arguments verb;
};

} // namespace intact::cli
