#include "source/preset_table.hpp"

#include "os/wipe.hpp"

#include <algorithm>

namespace intact::source {
namespace {

using config::SourceType;

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

} // namespace

const Preset &preset_of(SourceType type) {
    return *std::find_if(kPresets.begin(), kPresets.end(),
                         [type](const Preset &preset) { return preset.type == type; });
}

} // namespace intact::source
