#include "source/presets.hpp"

#include "os/process.hpp"
#include "os/wipe.hpp"
#include "source/secret_file.hpp"
#include "source/secrets.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::source {
namespace {

using config::DatabaseSource;
using config::SourceType;
using Words = std::array<std::string_view, 9>;

/// What may be told to a tool: by an option with its value ("--host="), an option before it ("-h"),
/// a variable ("$PGHOST"), or as the last word (""). A tool that cannot be told has kNoWay.
constexpr std::string_view kNoWay = "-";
constexpr std::string_view kLastWord = "";

struct Tool {
    std::array<std::string_view, 2> names{}; ///< the first that there is
    Words words{};
    Words words_to_replace{};           ///< what is there already
    bool always_replaces = false;       ///< whatever it is told
    std::string_view database = kNoWay; ///< how it is told
    std::string_view refusal{};         ///< see ToolCall
};

struct Preset {
    SourceType type;
    std::string_view host;
    std::string_view port;
    std::string_view socket;
    std::string_view user;
    std::string_view password; ///< a variable; or the option for a file, first of all
    std::string (*password_file)(std::string_view password);
    Tool dump;
    Tool dump_all;
    Tool restore;
    Tool restore_all;
    /// The lines that say why a tool has failed, where it says more after them.
    std::string_view reason{};
};

/// In double quotes, where a backslash takes the next character as it is: the files of MySQL's
/// clients and YAML agree on these.
std::string in_quotes(std::string_view text) {
    std::string quoted;
    quoted.reserve(2 * text.size() + 2); // growing would leave copies behind
    quoted += '"';
    for (const char c : text) {
        if (c == '\n') {
            quoted += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted += '"';
}

std::string with_label(std::string_view label, std::string_view password) {
    std::string quoted = in_quotes(password);
    const os::WipedAtEnd wiped(quoted);
    std::string text;
    text.reserve(label.size() + quoted.size() + 1);
    return text.append(label).append(quoted).append("\n");
}

std::string option_file(std::string_view password) {
    return with_label("[client]\npassword=", password);
}

std::string yaml_file(std::string_view password) {
    return with_label("password: ", password);
}

// A dump of all databases makes the role that it is restored by, too, which is there already:
// 42710. So psql has to go on after an error, and would add its rows once more to tables that it
// finds.
constexpr std::string_view kOnlyIfEmpty =
    "--command=DO $$ BEGIN IF EXISTS (SELECT FROM pg_database "
    "WHERE NOT datistemplate AND datname <> 'postgres') OR EXISTS (SELECT FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema') "
    "THEN RAISE 'this server has databases already'; END IF; END $$";
// With VERBOSITY=verbose it tells the code of what the server says; 00 to 02 are no errors.
constexpr std::string_view kPsqlError =
    "^psql:[^:]*:[0-9]+: [^:]+:  "
    "(?:0[3-9A-Z]...|[1-35-9A-Z]....|4[^2]...|42[^7]..|427[^1].|4271[^0]): ";

// As of one instant, with all that belongs to the tables.
constexpr Words mysql_dump(std::string_view what, std::string_view more = {}) {
    return {"--single-transaction", "--quick", "--routines", "--triggers", "--events", what, more};
}

constexpr Words kCopyOut{"-batch", "-bail", "-init", "/dev/null", "-readonly"};
constexpr Words kCopyIn{"-batch", "-bail", "-init", "/dev/null"};

constexpr std::array kPresets{
    Preset{
        .type = SourceType::postgresql,
        .host = "$PGHOST",
        .port = "$PGPORT",
        .socket = kNoWay,
        .user = "$PGUSER",
        .password = "$PGPASSWORD",
        .password_file = nullptr,
        // Compressed once, by the archive, on all cores.
        .dump = {.names = {"pg_dump"},
                 .words = {"--format=custom", "--compress=0", "--no-password"},
                 .database = "$PGDATABASE"},
        .dump_all = {.names = {"pg_dumpall"}, .words = {"--no-password"}},
        .restore = {.names = {"pg_restore"},
                    .words = {"--no-password", "--exit-on-error", "--single-transaction"},
                    .words_to_replace = {"--clean", "--if-exists"},
                    .database = "--dbname="},
        .restore_all = {.names = {"psql"},
                        .words = {"--no-psqlrc", "--no-password", "--quiet",
                                  "--set=VERBOSITY=verbose", "--set=ON_ERROR_STOP=on",
                                  "--dbname=postgres", kOnlyIfEmpty,
                                  "--command=\\set ON_ERROR_STOP off", "--file=-"},
                        .refusal = kPsqlError},
        .reason = "^(?:pg_[a-z]+: (?:error|detail: Error message)|psql: error|ERROR: )",
    },
    Preset{
        .type = SourceType::mysql,
        .host = "--host=",
        .port = "--port=",
        .socket = "--socket=",
        .user = "--user=",
        .password = "--defaults-extra-file=",
        .password_file = option_file,
        .dump = {.names = {"mariadb-dump", "mysqldump"},
                 .words = mysql_dump("--no-tablespaces"),
                 .database = kLastWord},
        .dump_all = {.names = {"mariadb-dump", "mysqldump"},
                     .words = mysql_dump("--flush-privileges", "--all-databases")},
        .restore = {.names = {"mariadb", "mysql"},
                    .words = {"--batch"},
                    .always_replaces = true,
                    .database = kLastWord},
        .restore_all = {.names = {"mariadb", "mysql"},
                        .words = {"--batch"},
                        .always_replaces = true},
    },
    Preset{
        .type = SourceType::mongodb,
        .host = "--host=",
        .port = "--port=",
        .socket = kNoWay,
        .user = "--username=",
        .password = "--config=",
        .password_file = yaml_file,
        .dump = {.names = {"mongodump"}, .words = {"--archive"}, .database = "--db="},
        .dump_all = {.names = {"mongodump"}, .words = {"--archive"}},
        .restore = {.names = {"mongorestore"},
                    .words = {"--archive", "--stopOnError"},
                    .words_to_replace = {"--drop"},
                    .database = "--nsInclude="},
        .restore_all = {.names = {"mongorestore"},
                        .words = {"--archive", "--stopOnError"},
                        .words_to_replace = {"--drop"}},
    },
    Preset{
        .type = SourceType::sqlite,
        .host = kNoWay,
        .port = kNoWay,
        .socket = kNoWay,
        .user = kNoWay,
        .password = kNoWay,
        .password_file = nullptr,
        .dump = {.names = {"sqlite3"}, .words = kCopyOut},
        .dump_all = {},
        .restore = {.names = {"sqlite3"}, .words = kCopyIn, .always_replaces = true},
        .restore_all = {},
    },
    Preset{
        .type = SourceType::redis,
        .host = "-h",
        .port = "-p",
        .socket = "-s",
        .user = "--user",
        .password = "$REDISCLI_AUTH",
        .password_file = nullptr,
        .dump = {.names = {"redis-cli"}, .words = {"--no-auth-warning", "--rdb", "-"}},
        .dump_all = {},
        .restore = {}, // a server reads such a file when it starts, and never from a client
        .restore_all = {},
    },
};

const Preset &preset_of(const DatabaseSource &source) {
    return *std::find_if(kPresets.begin(), kPresets.end(),
                         [&](const Preset &preset) { return preset.type == source.type; });
}

bool is_of_all(const DatabaseSource &source) {
    return source.database == config::kAllDatabases;
}

const Tool &dumping(const DatabaseSource &source) {
    const Preset &preset = preset_of(source);
    return is_of_all(source) ? preset.dump_all : preset.dump;
}

/// Of what the same source dumps; null for another's stream, and where there is none.
const Tool *restoring(const DatabaseSource &source, std::string_view format) {
    const Preset &preset = preset_of(source);
    const Tool &tool = is_of_all(source) ? preset.restore_all : preset.restore;
    return tool.names.front().empty() || format != source.format.name() ? nullptr : &tool;
}

std::vector<std::string> programs_of(const Tool &tool, const std::string &directory) {
    std::vector<std::string> programs;
    for (const std::string_view name : tool.names) {
        if (!name.empty()) {
            programs.push_back(directory.empty() ? std::string(name)
                                                 : fmt::format("{}/{}", directory, name));
        }
    }
    return programs;
}

void add(const Words &words, std::vector<std::string> &argv) {
    for (const std::string_view word : words) {
        if (!word.empty()) {
            argv.emplace_back(word);
        }
    }
}

void tell(std::string_view way, const std::string &value, config::CommandSource &command) {
    if (value.empty() || way == kNoWay) {
        return;
    }
    if (way.starts_with('$')) {
        command.environment.insert_or_assign(std::string(way.substr(1)),
                                             config::VariableValue{value});
    } else if (way.ends_with('=')) {
        command.command.push_back(std::string(way) + value);
    } else if (way == kLastWord) {
        command.command.insert(command.command.end(), {"--", value}); // whatever it begins with
    } else {
        command.command.insert(command.command.end(), {std::string(way), value});
    }
}

/// The first that there is; where there is none the first, whose absence is told then.
std::string program_of(const Tool &tool, const DatabaseSource &source) {
    const auto path = source.environment.find("PATH");
    const std::string places =
        path != source.environment.end() ? path->second.text : os::clean_environment()["PATH"];
    const std::vector<std::string> programs = programs_of(tool, source.tools);
    for (const std::string &program : programs) {
        const std::string found = os::find_program(program, places);
        if (!found.empty() && access(found.c_str(), X_OK) == 0) {
            return program;
        }
    }
    return programs.front();
}

Result<os::UniqueFd> password_in_file(const Preset &preset, const config::VariableValue &password,
                                      const std::stop_token &stop) {
    const std::string key = "source.password";
    INTACT_TRY_ASSIGN(const GivenVariables given, read_variables({{key, password}}, stop));
    std::string text = preset.password_file(given.text_of(key));
    const os::WipedAtEnd wiped(text);
    return private_file_of(text);
}

Result<ToolCall> call_of(const Tool &tool, const DatabaseSource &source,
                         const std::vector<std::string> &options, const std::stop_token &stop) {
    const Preset &preset = preset_of(source);
    ToolCall call;
    config::CommandSource &command = call.command;
    command.command = {program_of(tool, source)};
    command.environment = source.environment;
    if (source.password && preset.password_file != nullptr) {
        INTACT_TRY_ASSIGN(call.secret, password_in_file(preset, *source.password, stop));
        command.command.push_back(std::string(preset.password) + "/proc/self/fd/3");
    } else if (source.password) {
        command.environment.insert_or_assign(std::string(preset.password.substr(1)),
                                             *source.password);
    }
    tell(preset.host, source.host, command);
    tell(preset.port, source.port == 0 ? "" : std::to_string(source.port), command);
    tell(preset.socket, source.socket, command);
    tell(preset.user, source.user, command);
    add(tool.words, command.command);
    command.command.insert(command.command.end(), options.begin(), options.end());
    if (!is_of_all(source)) {
        tell(tool.database, source.database, command);
    }
    call.refusal = tool.refusal;
    command.exit.reason = preset.reason;
    return call;
}

// One read transaction around all steps of the copy: a snapshot, which a writer can neither change
// nor have begun anew for ever.
void say_copy_out(const DatabaseSource &source, std::vector<std::string> &argv) {
    argv.insert(argv.end(), {source.file, ".timeout 30000", "BEGIN",
                             "SELECT count(*) FROM sqlite_master", ".backup copy"});
}

void say_copy_in(const DatabaseSource &source, std::vector<std::string> &argv) {
    argv.insert(argv.end(), {source.file, ".timeout 30000", ".restore copy"});
}

} // namespace

Handover ToolCall::handover() const {
    Handover handover;
    if (secret) {
        handover.descriptors.push_back(secret.get());
    }
    return handover;
}

std::vector<std::string> dumping_programs(const DatabaseSource &source) {
    return programs_of(dumping(source), source.tools);
}

std::vector<std::string> restoring_programs(const DatabaseSource &source, std::string_view format) {
    const Tool *tool = restoring(source, format);
    return tool == nullptr ? std::vector<std::string>() : programs_of(*tool, source.tools);
}

Result<ToolCall> dump_call(const DatabaseSource &source, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(ToolCall call, call_of(dumping(source), source, source.options, stop));
    config::ExitRules exit = source.exit;
    exit.reason = call.command.exit.reason;
    call.command.exit = std::move(exit);
    if (source.type == SourceType::sqlite) {
        say_copy_out(source, call.command.command);
    }
    return call;
}

Result<ToolCall> restore_call(const DatabaseSource &source, std::string_view format,
                              Present present, const std::stop_token &stop) {
    const Tool *tool = restoring(source, format);
    if (source.type == SourceType::redis) {
        return fail(Error(ErrorCode::unsupported,
                          "a Redis server takes its data from a file when it starts, and from no "
                          "client")
                        .with_hint("stop it, write the file by --stdout to where 'CONFIG GET dir' "
                                   "and 'dbfilename' say, and start it with appendonly off"));
    }
    if (tool == nullptr) {
        return fail(Error(ErrorCode::unsupported,
                          fmt::format("no tool of type \"{}\" puts a stream of format '{}' into {}",
                                      config::name_of(source.type), format,
                                      is_of_all(source) ? "all databases" : "one database"))
                        .with_hint("use --pipe with the program that reads it"));
    }
    const bool is_new = source.type == SourceType::sqlite && access(source.file.c_str(), F_OK) != 0;
    if (tool->always_replaces && present == Present::kept && !is_new) {
        return fail(Error(ErrorCode::usage, "this replaces what the database holds already")
                        .with_hint("say --overwrite if that is meant"));
    }
    std::vector<std::string> options;
    if (present == Present::replaced) {
        add(tool->words_to_replace, options);
    }
    INTACT_TRY_ASSIGN(ToolCall call, call_of(*tool, source, options, stop));
    if (source.type == SourceType::sqlite) {
        say_copy_in(source, call.command.command);
    } else if (source.type == SourceType::mongodb && !is_of_all(source)) {
        call.command.command.back() += ".*";
    }
    return call;
}

std::vector<std::string> items_of(const DatabaseSource &source) {
    if (!source.file.empty()) {
        return {source.file};
    }
    const std::string place = !source.socket.empty() ? source.socket
                              : source.host.empty()  ? "localhost"
                                                     : source.host;
    return {source.database.empty() ? std::string(config::kAllDatabases) : source.database,
            source.port == 0 ? place : fmt::format("{}:{}", place, source.port)};
}

} // namespace intact::source
