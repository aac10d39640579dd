// Broken configurations, each with the one remark that must come first: code, place, words.
#include "config/config.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace intact::config {
namespace {

using test::TempDir;

struct Broken {
    std::string toml;
    std::string code;
    unsigned line;
    unsigned column;
    unsigned width;
    std::string words; ///< of message, label or hint
};

const std::string kFiles = "[source]\ntype = \"files\"\npaths = [\"/etc\"]\n";       // lines 1 to 3
const std::string kCommand = "[source]\ntype = \"command\"\ncommand = [\"true\"]\n"; // lines 1 to 3
const std::string kPod = "[source]\ntype = \"kubernetes\"\npath = \"/d\"\n";         // lines 1 to 3

const std::vector<Broken> kJobs{
    // The file as TOML. Only code and place are pinned here: the words are the library's.
    {"a = yes\n", "E002", 1, 5, 1, "did you mean true, or \"yes\"?"},
    {"enabled = False\n", "E002", 1, 11, 1, "did you mean false"},
    {"enabled = on\n", "E002", 1, 11, 1, "did you mean true"},
    {"[run]\ntimeout = 4h\n", "E002", 2, 12, 1, "text needs quotes: \"4h\""},
    {"[run]\ntimeout = hours\n", "E002", 2, 11, 1, "text needs quotes: \"hours\""},
    {"description = \"open\n", "E002", 1, 20, 1, "the closing \" is missing"},
    {"description = 'open\n", "E002", 1, 20, 1, "the closing ' is missing"},
    {"enabled =\n", "E002", 1, 10, 1, "the value is missing"},
    {"enabled: true\n", "E002", 1, 8, 1, "TOML is written key = value"},
    {"[source\ntype = 1\n", "E002", 1, 8, 1, "ends in ']'"},
    {"enabled = true\nenabled = true\n", "E002", 2, 11, 1, "only once"},
    {kFiles + "[source]\n", "E002", 4, 1, 1, "only once"},
    {"description = \"caf\xe9\"\n", "E002", 1, 19, 1, "not UTF-8"},
    {"\xff\xfe", "E002", 1, 1, 1, "not UTF-8"},
    {std::string("description = \"a\0b\"\n", 20), "E002", 1, 17, 1, "not valid TOML"},
    {"description = \"\033[2J\"\n", "E002", 1, 16, 1, "not valid TOML"},
    {"a = 99999999999999999999999\n", "E002", 1, 28, 1, "not valid TOML"},
    {"a = " + std::string(10000, '[') + "\n", "E002", 1, 261, 1, "not valid TOML"},
    {"[" + std::string(1000, 'a') + ".a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]\n", "E002", 1, 1034, 1,
     "too many dots"},
    // Keys that do not exist.
    {"[schedle]\n" + kFiles, "E003", 1, 2, 7, "did you mean 'schedule'?"},
    {"enabeld = true\n" + kFiles, "E003", 1, 1, 7, "did you mean 'enabled'?"},
    {kFiles + "exlude = []\n", "E003", 4, 1, 6, "did you mean 'exclude'?"},
    {kFiles + "one_filesystem = true\n", "E003", 4, 1, 14, "did you mean 'one_file_system'?"},
    {kFiles + "\texcludes = []\n", "E003", 4, 2, 8, "did you mean 'exclude'?"},
    {kFiles + "[archive]\nzzzzzz = 1\n", "E003", 5, 1, 6, "known here: compression, level"},
    {kFiles + "[archive]\npath = \"/x\"\n", "E003", 5, 1, 4, "belongs in [source]"},
    {"compression = \"zstd\"\n" + kFiles, "E003", 1, 1, 11, "belongs in [archive]"},
    {kFiles + "[run]\nenabled = true\n", "E003", 5, 1, 7, "belongs at the top"},
    {"\"source.type\" = \"files\"\n" + kFiles, "E003", 1, 1, 13, "unknown key 'source.type'"},
    {"\"\" = 1\n" + kFiles, "E003", 1, 1, 2, "unknown key ''"},
    {"\"a\\u001b[2Jb\" = 1\n" + kFiles, "E003", 1, 1, 13, "unknown key 'a\\x1b[2Jb'"},
    {"'schl\u00fcssel' = 1\n" + kFiles, "E003", 1, 1, 11, "unknown key 'schl\u00fcssel'"},
    {kFiles + "[retention]\nkeep_last = 3\n", "E003", 4, 2, 9, "unknown key 'retention'"},
    {kFiles + "[defaults]\n", "E003", 4, 2, 8, "intact.toml"},
    {kFiles + "[archive.zstd]\nlevel = 3\n", "E003", 4, 10, 4, "unknown key 'zstd' in [archive]"},
    {kFiles + "archive = { level = 3 }\n", "E003", 4, 1, 7, "stands on its own"},
    // Types.
    {"enabled = \"true\"\n" + kFiles, "E004", 1, 11, 6, "write true or false without quotes"},
    {"enabled = 1\n" + kFiles, "E004", 1, 11, 1, "found an integer"},
    {"description = 5\n" + kFiles, "E004", 1, 15, 1, "'description' must be a string"},
    {"description = 2026-11-22\n" + kFiles, "E004", 1, 15, 10, "found a date"},
    {"source = 1\n", "E004", 1, 10, 1, "'source' must be a table"},
    {"[[source]]\ntype = \"files\"\n", "E004", 1, 3, 6, "found a list of tables"},
    {"[source]\ntype = [\"files\"]\n", "E004", 2, 8, 9, "found a list"},
    {"[source]\ntype = \"files\"\npaths = \"/etc\"\n", "E004", 3, 9, 6, "put it in brackets"},
    {"[source]\ntype = \"files\"\npaths = [\"/etc\", 7]\n", "E004", 3, 18, 1, "found an integer"},
    {"[source]\ntype = \"command\"\ncommand = \"pg_dump x\"\n", "E004", 3, 11, 11,
     "a list of strings"},
    {kFiles + "one_file_system = \"yes\"\n", "E004", 4, 19, 5, "found a string"},
    {kCommand + "environment = [\"A=b\"]\n", "E004", 4, 15, 7, "a table of strings"},
    {kCommand + "environment = { PORT = 5432 }\n", "E004", 4, 24, 4, "'source.environment.PORT'"},
    // References to secrets.
    {kCommand + "[source.environment.A]\nb = 1\n", "E003", 5, 1, 1, "unknown key 'b'"},
    {kCommand + "environment.A = { credental = \"x\" }\n", "E003", 4, 19, 9,
     "did you mean 'credential'?"},
    {kCommand + "environment.A = {}\n", "E006", 4, 17, 2, "does not say where it is"},
    {kCommand + "environment.A = { as = \"path\" }\n", "E006", 4, 17, 15, "{ file = "},
    {kCommand + "environment.A = { file = \"/a\", credential = \"a\" }\n", "E013", 4, 17, 33,
     "keep one of them"},
    {kCommand + "environment.A = { file = \"/a\", as = \"path\" }\n", "E013", 4, 37, 6,
     "for a credential only"},
    {kCommand + "environment.A = { credential = 1 }\n", "E004", 4, 32, 1, "must be a string"},
    {kCommand + "environment.A = { credential = \"\" }\n", "E014", 4, 32, 2, "cannot name"},
    {kCommand + "environment.A = { credential = \"../x\" }\n", "E014", 4, 32, 6, "cannot name"},
    {kCommand + "environment.A = { credential = \"a\", as = \"text\" }\n", "E005", 4, 42, 6,
     "\"content\""},
    {kCommand + "environment.A = { credential = \"a\", as = 1 }\n", "E004", 4, 42, 1, "a string"},
    {kCommand + "environment.A_TOKEN = { credential = \"a\" }\n", "E006", 4, 23, 20,
     "add as = \"content\""},
    {kCommand + "environment.A = { file = \"a\" }\n", "E009", 4, 26, 3, "an absolute path"},
    {kCommand + "environment.A = { command = \"a\" }\n", "E004", 4, 29, 3, "a list of strings"},
    {kCommand + "environment.A = { command = [] }\n", "E014", 4, 29, 2, "start with a program"},
    {kCommand + "environment.A = { command = [\"a\", 1] }\n", "E004", 4, 35, 1, "a string"},
    {kFiles + "[hooks]\nenvironment.A = { credential = \"a/b\" }\n", "E014", 5, 32, 5,
     "'hooks.environment.A.credential'"},
    {kFiles + "[archive]\nlevel = \"3\"\n", "E004", 5, 9, 3, "without quotes"},
    {kFiles + "[archive]\nlevel = 3.5\n", "E004", 5, 9, 3, "found a number with a fraction"},
    {kFiles + "[archive]\nframe_size = 4194304\n", "E004", 5, 14, 7, "a size in quotes"},
    {kFiles + "[run]\ntimeout = 60\n", "E004", 5, 11, 2, "add a unit and quotes: \"60s\""},
    {kFiles + "[run]\ntimeout = 04:00:00\n", "E004", 5, 11, 8, "found a time"},
    {kFiles + "[schedule]\ncalendar = 2\n", "E004", 5, 12, 1, "a string or a list of strings"},
    // Words.
    {"[source]\ntype = \"file\"\n", "E005", 2, 8, 6, "did you mean \"files\"?"},
    {"[source]\ntype = \"FILES\"\n", "E005", 2, 8, 7, "did you mean \"files\"?"},
    {"[source]\ntype = \"s3\"\n", "E005", 2, 8, 4, "one of \"files\", \"command\", \"kubernetes\""},
    {"[source]\ntype = \"\"\n", "E005", 2, 8, 2, "one of"},
    {kFiles + "[archive]\ncompression = \"zst\"\n", "E005", 5, 15, 5, "did you mean \"zstd\"?"},
    {kFiles + "[archive]\ncompression = \"lz4\"\n", "E005", 5, 15, 5, "cannot be 'lz4'"},
    {kFiles + "[destination]\nrequire_mount = 1\n", "E004", 5, 17, 1, "true, false or a string"},
    {kFiles + "[destination]\nrequire_mount = \"\"\n", "E014", 5, 17, 2, "require_mount"},
    {kFiles + "[destination]\nstrategy = \"copy_and_swap\"\n", "E005", 5, 12, 15,
     "\"copy-and-swap\"?"},
    {kFiles + "[verify]\nafter_run = \"full\"\n", "E005", 5, 13, 6,
     "\"size\", \"checksum\", \"archive\""},
    {"[source]\ntype = \"mysql\"\ndatabase = \"a\"\npassword = 1\n", "E004", 4, 12, 1,
     "a table that says where it is"},
    {"[source]\ntype = \"mysql\"\ndatabase = \"a\"\n"
     "password = { credential = \"a\", as = \"path\" }\n",
     "E013", 4, 37, 6, "cannot be \"path\""},
    {"[source]\ntype = \"mysql\"\ndatabase = \"a\"\nhost = \"h\"\nsocket = \"/s\"\n", "E013", 5, 1,
     6, "exclude each other"},
    {"[source]\ntype = \"mysql\"\n", "E006", 1, 2, 6, "'source.database' is missing"},
    {"[source]\ntype = \"mongodb\"\ndatabase = \"a\"\nsocket = \"/s\"\n", "E012", 4, 1, 6,
     "for type \"mysql\" and \"redis\""},
    {"[source]\ntype = \"sqlite\"\nfile = \"/f\"\nhost = \"h\"\n", "E012", 4, 1, 4,
     "\"postgresql\", \"mysql\", \"mongodb\" and \"redis\""},
    {kCommand + "format = \"pgdump\"\n", "E005", 4, 10, 8, "\"tar+gzip\", with gzip"},
    {kCommand + "format = \"tra\"\n", "E005", 4, 10, 5, "did you mean \"tar\"?"},
    {kCommand + "format = \"tar+gz\"\n", "E005", 4, 10, 8, "cannot be 'tar+gz'"},
    {kCommand + "format = \"gzip+tar\"\n", "E005", 4, 10, 10, "cannot be 'gzip+tar'"},
    {kCommand + "format = \"raw+gzip\"\n", "E005", 4, 10, 10, "cannot be 'raw+gzip'"},
    {kCommand + "format = \"regex\"\n", "E006", 4, 10, 7, "'source.end_pattern' is missing"},
    {kCommand + "format = \"regex\"\nend_pattern = \"a(\"\n", "E024", 5, 15, 4, "missing ): a("},
    {kCommand + "format = \"tar\"\nend_pattern = \"a\"\n", "E013", 5, 1, 11,
     "is for format \"regex\""},
    {kCommand + "format = \"tar\"\nend_window = \"1KiB\"\n", "E013", 5, 1, 10,
     "is for format \"regex\""},
    {kCommand + "format = \"regex\"\nend_pattern = \"a\"\nend_window = \"2MiB\"\n", "E007", 6, 14,
     6, "from 1 B to 1.00 MiB"},
    {kCommand + "exit_status = 1\n", "E004", 4, 15, 1, "a table of strings"},
    {kCommand + "exit_status = { 1 = 2 }\n", "E004", 4, 21, 1, "'source.exit_status.1'"},
    {kCommand + "exit_status = { 1 = \"warnin\" }\n", "E005", 4, 21, 8,
     "did you mean \"warning\"?"},
    {kCommand + "exit_status = { 256 = \"warning\" }\n", "E014", 4, 17, 3, "'256' is neither"},
    {kCommand + "exit_status = { -1 = \"warning\" }\n", "E014", 4, 17, 2, "'-1' is neither"},
    {kCommand + "exit_status = { 01 = \"warning\" }\n", "E014", 4, 17, 2, "'01' is neither"},
    {kCommand + "[source.exit_status]\nSIGPIP = \"warning\"\n", "E014", 5, 1, 6,
     "neither an exit status nor a signal"},
    {kCommand + "exit_status = { PIPE = \"warning\" }\n", "E014", 4, 17, 4, "such as SIGPIPE"},
    {kFiles + "exit_status = { 1 = \"warning\" }\n", "E012", 4, 1, 11, "is for type "},
    {kCommand + "stderr_warnings = \"a\"\n", "E004", 4, 19, 3, "a list of strings"},
    {kCommand + "stderr_warnings = [\"a\", \"b[\"]\n", "E024", 4, 25, 4, "missing ]: ["},
    {kCommand + "stderr_failures = [\"\"]\n", "E014", 4, 20, 2, "must not be empty"},
    {kFiles + "[on_warning]\nunreadble = \"fail\"\n", "E005", 5, 1, 9,
     "did you mean 'unreadable'?"},
    {kFiles + "[on_warning]\nwhatever = \"fail\"\n", "E005", 5, 1, 8, "one of unreadable, "},
    {kFiles + "[on_warning]\nhook = \"fail\"\n", "E005", 5, 1, 4, "runs after that"},
    {kFiles + "[on_warning]\nvanished = \"ignore\"\n", "E005", 5, 12, 8,
     "one of \"publish\", \"fail\""},
    {"on_warning = \"ignore\"\n" + kFiles, "E005", 1, 14, 8, "one of \"publish\", \"fail\""},
    {"on_warning = \"fial\"\n" + kFiles, "E005", 1, 14, 6, "did you mean \"fail\"?"},
    {"on_warning = true\n" + kFiles, "E004", 1, 14, 4, "a string or a table of strings"},
    {kFiles + "[expect]\nmax_shrink = \"50\"\n", "E008", 5, 14, 4, "such as \"50%\""},
    {kFiles + "[expect]\nmax_shrink = \"100%\"\n", "E008", 5, 14, 6, "to \"99%\""},
    {kFiles + "[expect]\nmax_shrink = \"-1%\"\n", "E008", 5, 14, 5, "cannot be '-1%'"},
    {kFiles + "[expect]\nmax_shrink = 50\n", "E004", 5, 14, 2, "a string"},
    {kFiles + "[expect]\nmin_entries = -1\n", "E007", 5, 15, 2, "must be from 0"},
    {kFiles + "[expect]\nmin_size = \"much\"\n", "E008", 5, 12, 6, "cannot be read"},
    {kFiles + "[hooks]\nbefore = \"fsfreeze -f /\"\n", "E004", 5, 10, 15, "a list of strings"},
    {kFiles + "[hooks]\nbefor = []\n", "E003", 5, 1, 5, "did you mean"},
    // What is missing.
    {"", "E006", 0, 0, 1, "[source] is missing"},
    {"description = \"x\"\n", "E006", 0, 0, 1, "does not say what to back up"},
    {"[source]\n", "E006", 1, 2, 6, "'source.type' is missing"},
    {"[source]\npaths = [\"/etc\"]\n", "E006", 1, 2, 6, "add type = \"files\""},
    {"[source]\nselector = \"a=b\"\n", "E006", 1, 2, 6, "add type = \"kubernetes\""},
    {"[source]\ntype = \"files\"\n", "E006", 1, 2, 6, "'source.paths' is missing"},
    {"[source]\ntype = \"command\"\n", "E006", 1, 2, 6, "'source.command' is missing"},
    {kPod, "E006", 1, 2, 6, "'source.pod' is missing"},
    {"[source]\ntype = \"kubernetes\"\npod = \"p\"\n", "E006", 1, 2, 6, "'source.path' is missing"},
    {kFiles + "[schedule]\ncatch_up = false\n", "E006", 4, 2, 8, "'schedule.calendar' is missing"},
    // Ranges.
    {kFiles + "[archive]\nlevel = 20\n", "E007", 5, 9, 2, "from 1 to 19, not 20"},
    {kFiles + "[archive]\nlevel = 0\n", "E007", 5, 9, 1, "from 1 to 19"},
    {kFiles + "[archive]\nlevel = -9223372036854775808\n", "E007", 5, 9, 20, "from 1 to 19"},
    {kFiles + "[archive]\ncompression = \"gzip\"\nlevel = 12\n", "E007", 6, 9, 2,
     "1 to 9 for gzip"},
    {kFiles + "[archive]\nthreads = 65\n", "E007", 5, 11, 2, "from 0 to 64"},
    {kFiles + "[archive]\nframe_size = \"4KiB\"\n", "E007", 5, 14, 6, "from 64.0 KiB to 1.00 GiB"},
    {kFiles + "[archive]\nframe_size = \"1025MiB\"\n", "E007", 5, 14, 9,
     "from 64.0 KiB to 1.00 GiB"},
    {kFiles + "[run]\ntimeout = \"0s\"\n", "E007", 5, 11, 4, "longer than 0"},
    {kFiles + "[run]\nstall_timeout = \"0.4us\"\n", "E007", 5, 17, 7, "longer than 0"},
    {kFiles + "[run]\nretry_delay = \"infinity\"\n", "E007", 5, 15, 10, "must not be infinite"},
    {kFiles + "[run]\nretries = -1\n", "E007", 5, 11, 2, "from 0 to 100"},
    // Durations and sizes.
    {kFiles + "[run]\ntimeout = \"5\"\n", "E008", 5, 11, 3, "add a unit such as \"5s\""},
    {kFiles + "[run]\ntimeout = \"5 parsecs\"\n", "E008", 5, 11, 11, "is not a duration"},
    {kFiles + "[run]\ntimeout = \"-5s\"\n", "E008", 5, 11, 5, "is negative"},
    {kFiles + "[run]\ntimeout = \"\"\n", "E008", 5, 11, 2, "is empty"},
    {kFiles + "[run]\ntimeout = \"999999999y\"\n", "E008", 5, 11, 12, "too long"},
    {kFiles + "[archive]\nframe_size = \"4mb\"\n", "E008", 5, 14, 5, "unknown unit"},
    {kFiles + "[archive]\nframe_size = \"many\"\n", "E008", 5, 14, 6, "is not a size"},
    // Paths.
    {"[source]\ntype = \"files\"\npaths = [\"etc\"]\n", "E009", 3, 10, 5,
     "absolute path, not 'etc'"},
    {"[source]\ntype = \"files\"\npaths = [\n  \"/etc\",\n  \"~/x\",\n]\n", "E009", 5, 3, 5,
     "'~' is not expanded"},
    {kFiles + "[destination]\npath = \"backup\"\n", "E009", 5, 8, 8, "'destination.path'"},
    {"[source]\ntype = \"files\"\npaths = [\"/srv/../etc\"]\n", "E009", 3, 16, 2, "component '..'"},
    {kFiles + "[destination]\npath = \"/mnt/./b\"\n", "E009", 5, 14, 1, "component '.'"},
    {kFiles + "[destination]\npath = \"\"\n", "E009", 5, 8, 2, "absolute path"},
    {kCommand + "working_directory = \".\"\n", "E009", 4, 21, 3, "absolute path"},
    {"[source]\ntype = \"kubernetes\"\npod = \"p\"\npath = \"data\"\n", "E009", 4, 8, 6,
     "'source.path'"},
    {kFiles + "exclude_if_present = [\"a/b\"]\n", "E009", 4, 23, 5, "the name of a file"},
    // Name templates.
    {kFiles + "[destination]\nname = \"{job}-{tiem}\"\n", "E011", 5, 15, 6,
     "did you mean '{time}'?"},
    {kFiles + "[destination]\nname = \"\u00e4-{date}\"\n", "E011", 5, 11, 6,
     "unknown placeholder '{date}'"},
    {kFiles + "[destination]\nname = \"{job\"\n", "E011", 5, 9, 1, "nothing closes"},
    {kFiles + "[destination]\nname = \"job}\"\n", "E011", 5, 12, 1, "a '}' without '{'"},
    {kFiles + "[destination]\nname = \"{}\"\n", "E011", 5, 9, 2, "unknown placeholder '{}'"},
    {kFiles + "[destination]\nname = \"{job}/{time}\"\n", "E011", 5, 14, 1, "must not hold '/'"},
    {kFiles + "[destination]\nname = \".{job}\"\n", "E011", 5, 9, 1, "must not start with '.'"},
    {kFiles + "[destination]\nname = \"" + std::string(151, 'n') + "\"\n", "E011", 5, 8, 153,
     "151 bytes"},
    {kFiles + "[destination]\nname = \"a\\u002f{x}\"\n", "E011", 5, 8, 12, "must not hold '/'"},
    // Keys of another source.
    {kFiles + "command = [\"x\"]\n", "E012", 4, 1, 7, "is for type \"command\""},
    {kFiles + "pod = \"x\"\n", "E012", 4, 1, 3, "this source has type = \"files\""},
    {kCommand + "one_file_system = true\n", "E012", 4, 1, 15, "is for type \"files\""},
    {kCommand + "exclude = [\"x\"]\n", "E012", 4, 1, 7, "\"files\" and \"kubernetes\""},
    {kPod + "pod = \"p\"\nformat = \"tar\"\n", "E012", 5, 1, 6, "is for type \"command\""},
    // Contradictions.
    {kPod + "pod = \"p\"\nselector = \"a=b\"\n", "E013", 5, 1, 8, "exclude each other"},
    {kFiles + "[archive]\nlevel = 3\ncompression = \"none\"\n", "E013", 5, 1, 5, "leave it out"},
    // Texts.
    {"[source]\ntype = \"files\"\npaths = []\n", "E014", 3, 9, 2, "must not be empty"},
    {"[source]\ntype = \"command\"\ncommand = []\n", "E014", 3, 11, 2, "must not be empty"},
    {kFiles + "[hooks]\nafter = [\"\", \"a\"]\n", "E014", 5, 9, 9,
     "'hooks.after' must start with a program"},
    {"[source]\ntype = \"command\"\ncommand = [\"\", \"a\"]\n", "E014", 3, 11, 9,
     "start with a program"},
    {"[source]\ntype = \"files\"\npaths = [\"/a\\u0000b\"]\n", "E014", 3, 10, 11, "NUL"},
    {kCommand + "environment = { A = \"a\\u0000\" }\n", "E014", 4, 21, 9, "NUL"},
    {kFiles + "exclude = [\"\"]\n", "E014", 4, 12, 2, "must not be empty"},
    {kPod + "pod = \"\"\n", "E014", 4, 7, 2, "must not be empty"},
    {"description = \"a\\nb\"\n" + kFiles, "E014", 1, 15, 6, "control characters"},
    {kFiles + "[destination]\nname = \"\"\n", "E014", 5, 8, 2, "must not be empty"},
    {kFiles + "[destination]\nname = \"a\\tb\"\n", "E014", 5, 8, 6, "control characters"},
    {kFiles + "[schedule]\ncalendar = \"\"\n", "E014", 5, 12, 2, "must not be empty"},
    {kFiles + "[schedule]\ncalendar = []\n", "E014", 5, 12, 2, "must not be empty"},
    {kFiles + "[schedule]\ncalendar = [\"daily\", \" \"]\n", "E014", 5, 22, 3, "must not be empty"},
    {kFiles + "[schedule]\ncalendar = \"often\"\n", "E021", 5, 13, 5, "unknown word 'often'"},
    {kFiles + "[schedule]\ncalendar = [\"daily\", \"Mon 25:00\"]\n", "E021", 5, 27, 2,
     "names hour 25; it goes from 0 to 23"},
    {kFiles + "[schedule]\ncalendar = \"daily\"\ndst_gap = \"later\"\n", "E005", 6, 11, 7,
     "run-after"},
    // Environment and time zone.
    {kCommand + "environment = { \"A B\" = \"x\" }\n", "E015", 4, 17, 5, "'A B' is no name"},
    {kCommand + "environment = { \"\" = \"x\" }\n", "E015", 4, 17, 2, "'' is no name"},
    {kCommand + "environment = { 1A = \"x\" }\n", "E015", 4, 17, 2, "not starting with a digit"},
    {kCommand + "environment = { x-a = \"x\" }\n", "E015", 4, 17, 3, "'x-a'"},
    {kFiles + "[schedule]\ncalendar = \"daily\"\ntimezone = \"Mars/Olympus\"\n", "E016", 6, 12, 14,
     "no time zone"},
    {kFiles + "[schedule]\ncalendar = \"daily\"\ntimezone = \"../../../etc/passwd\"\n", "E016", 6,
     12, 21, "no time zone"},
    {kFiles + "[schedule]\ncalendar = \"daily\"\ntimezone = \"CET\"\n", "E016", 6, 12, 5,
     "summer time"},
};

const std::vector<Broken> kMains{
    {"defaults = 3\n", "E004", 1, 12, 1, "'defaults' must be a table"},
    {"[default]\n", "E003", 1, 2, 7, "did you mean 'defaults'?"},
    {"[archive]\nlevel = 3\n", "E003", 1, 2, 7, "[defaults.archive]"},
    {"[retention]\n", "E003", 1, 2, 9, "known here: daemon, metrics, defaults"},
    {"[daemn]\n", "E003", 1, 2, 5, "did you mean 'daemon'?"},
    {"[daemon]\nmax_concurrent_runs = 0\n", "E007", 2, 23, 1, "from 1 to 64"},
    {"[daemon]\nshutdown_grace = \"infinity\"\n", "E007", 2, 18, 10, "must not be infinite"},
    {"[daemon]\nlevel = 3\n", "E003", 2, 1, 5, "unknown key 'level' in [daemon]"},
    {"[defaults.schedule]\nrandom_delay = \"2y\"\n", "E007", 2, 16, 4, "at most"},
    {"[defaults]\narchive.level = 99\n", "E007", 2, 17, 2, "from 1 to 19"},
    {"[defaults.archive]\ncompression = \"gzip\"\nlevel = 10\n", "E007", 3, 9, 2, "for gzip"},
    {"[defaults.archive]\ncompression = \"none\"\nlevel = 1\n", "E013", 3, 1, 5, "leave it out"},
    {"[defaults.source]\npod = \"a\"\nselector = \"b\"\n", "E013", 3, 1, 8, "exclude each other"},
    {"[defaults.destination]\npath = \"x\"\n", "E009", 2, 8, 3, "absolute"},
    {"[defaults.sorce]\n", "E003", 1, 11, 5, "did you mean 'source'?"},
    {"[defaults.defaults]\n", "E003", 1, 11, 8, "unknown key 'defaults'"},
    {"[defaults\n", "E002", 1, 10, 1, "ends in ']'"},
};

const std::string kHash = "$2b$10$abcdefghijklmnopqrstuuQVpaBTi9WAXyHFBVaPvkWrPaAtZEPXS";

/// Of [metrics], with the error on the line after it.
const std::vector<Broken> kMetrics{
    {"listen = \"127.0.0.1:10471\"", "E004", 2, 10, 17, "put it in brackets"},
    {"listen = [\"127.0.0.1\"]", "E022", 2, 11, 11, "has no port"},
    {"listen = [\"127.0.0.1:\"]", "E022", 2, 11, 12, "from 1 to 65535"},
    {"listen = [\"127.0.0.1:0\"]", "E022", 2, 22, 1, "from 1 to 65535 but '0'"},
    {"listen = [\"127.0.0.1:65536\"]", "E022", 2, 22, 5, "'65536'"},
    {"listen = [\"127.0.0.1:+80\"]", "E022", 2, 22, 3, "'+80'"},
    {"listen = [\"127.0.0.1:10471 \"]", "E022", 2, 22, 6, "from 1 to 65535"},
    {"listen = [\"localhost:10471\"]", "E022", 2, 12, 9, "no IPv4 address but 'localhost'"},
    {"listen = [\"127.1:10471\"]", "E022", 2, 12, 5, "no IPv4 address"},
    {"listen = [\":10471\"]", "E022", 2, 11, 8, "no IPv4 address but ''"},
    {"listen = [\"::1:10471\"]", "E022", 2, 11, 11, "[::1]:10471"},
    {"listen = [\"[::1]\"]", "E022", 2, 11, 7, "has no ']:'"},
    {"listen = [\"[::1\"]", "E022", 2, 11, 6, "has no ']:'"},
    {"listen = [\"[127.0.0.1]:10471\"]", "E022", 2, 13, 9, "no IPv6 address"},
    {"listen = [\"[fe80::1%eth0]:10471\"]", "E022", 2, 13, 12, "no IPv6 address"},
    {"listen = [\"[::1\\u0000]:10471\"]", "E022", 2, 11, 19, "no IPv6 address"},
    {"listen = [\"\"]", "E022", 2, 11, 2, "has no port"},
    {"listen = [\"unix:metrics.sock\"]", "E009", 2, 11, 19, "absolute"},
    {"listen = [\"unix:/run/../x\"]", "E009", 2, 22, 2, "'..'"},
    {"listen = [\"unix:/run/\"]", "E022", 2, 17, 5, "names a directory"},
    {"listen = [\"unix:/" + std::string(107, 'a') + "\"]", "E022", 2, 17, 108, "at most 107"},
    {"listen = [\"127.0.0.1:80\", \"[::1]:0\"]", "E022", 2, 34, 1, "from 1 to 65535"},
    {"listen = [\"[::1]:80\", \"[0::0:1]:80\"]", "E013", 2, 10, 27, "'[::1]:80' twice"},
    {"textfile = \"x.prom\"", "E009", 2, 12, 8, "absolute"},
    {"textfile = \"/var/lib/x.txt\"", "E009", 2, 22, 5, "ends in .prom"},
    {"textfile = \"/var/lib/.prom\"", "E009", 2, 22, 5, "ends in .prom"},
    {"max_connections = 3", "E007", 2, 19, 1, "from 4 to 1024"},
    {"header_timeout = \"999ms\"", "E007", 2, 18, 7, "at least 1s"},
    {"header_timeout = \"6min\"", "E007", 2, 18, 6, "at most 5min"},
    {"tls.certificate = \"/c.pem\"", "E006", 2, 5, 11, "without 'metrics.tls.key'"},
    {"tls.key = \"/k.pem\"", "E006", 2, 5, 3, "without 'metrics.tls.certificate'"},
    {"tls.client_ca = \"/a.pem\"", "E006", 2, 5, 9, "without 'metrics.tls.certificate'"},
    {"tls = { certificate = \"/c.pem\", key = \"k\" }", "E009", 2, 39, 3, "absolute"},
    {"tls.certificat = \"/c.pem\"", "E003", 2, 5, 10, "did you mean 'certificate'?"},
    {"certificate = \"/c.pem\"", "E003", 2, 1, 11, "belongs in [metrics.tls]"},
    {"tsl = 3", "E003", 2, 1, 3, "did you mean 'tls'?"},
    {"tls = 3", "E004", 2, 7, 1, "'metrics.tls' must be a table"},
    {"users = [\"a\"]", "E004", 2, 9, 5, "a table of strings"},
    {"users.prom = 3", "E004", 2, 14, 1, "'metrics.users.prom' must be a string"},
    {"users.prom = \"secret\"", "E023", 2, 14, 8, "starts with $2b$"},
    {"users.prom = \"$2x" + kHash.substr(3) + "\"", "E023", 2, 14, 62, "starts with $2b$"},
    {"users.prom = \"" + kHash.substr(1) + "\"", "E023", 2, 14, 61, "starts with $2b$"},
    {"users.prom = \"" + kHash + "x\"", "E023", 2, 14, 63, "53 characters"},
    {"users.prom = \"$2b$1" + kHash.substr(6) + "x\"", "E023", 2, 14, 62, "two digits"},
    {"users.prom = \"$2b$31" + kHash.substr(6) + "\"", "E023", 2, 14, 62, "from 4 to 14, not 31"},
    {"users.prom = \"$2b$03" + kHash.substr(6) + "\"", "E023", 2, 14, 62, "from 4 to 14, not 3"},
    {"users.\"a:b\" = \"" + kHash + "\"", "E014", 2, 7, 5, "no name that a client can send"},
    {"users.\"\" = \"" + kHash + "\"", "E014", 2, 7, 2, "no name that a client can send"},
    {"users.\"a\\nb\" = \"" + kHash + "\"", "E014", 2, 7, 6, "no name that a client can send"},
};

void expect_first_error(const Broken &broken, const std::string &file_name) {
    const TempDir dir;
    const Configuration loaded = load_files({dir.write(file_name, broken.toml)});
    const auto found =
        std::find_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                     [](const Diagnostic &one) { return one.severity == Severity::error; });
    ASSERT_NE(found, loaded.diagnostics.end());
    const std::string shown = render_long(*found, false);
    EXPECT_EQ(found->code, broken.code) << shown;
    EXPECT_EQ(found->line, broken.line) << shown;
    EXPECT_EQ(found->column, broken.column) << shown;
    EXPECT_EQ(found->width, broken.width) << shown;
    EXPECT_NE((found->message + "\n" + found->label + "\n" + found->hint).find(broken.words),
              std::string::npos)
        << shown;
    const auto errors =
        std::count_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                      [](const Diagnostic &one) { return one.severity == Severity::error; });
    EXPECT_EQ(errors, 1) << "one slip, one error:\n" << shown << render_json(loaded.diagnostics);
}

TEST(BrokenJobs, are_each_told_in_one_error_at_its_place) {
    for (const Broken &broken : kJobs) {
        SCOPED_TRACE(broken.toml.substr(0, 200));
        expect_first_error(broken, "a.toml");
    }
}

TEST(BrokenMains, are_each_told_in_one_error_at_its_place) {
    for (const Broken &broken : kMains) {
        SCOPED_TRACE(broken.toml);
        expect_first_error(broken, "intact.toml");
    }
}

TEST(BrokenMetrics, are_each_told_in_one_error_at_its_place) {
    for (Broken broken : kMetrics) {
        SCOPED_TRACE(broken.toml);
        broken.toml = "[metrics]\n" + broken.toml + "\n";
        expect_first_error(broken, "intact.toml");
    }
}

TEST(BrokenMetrics, do_not_show_what_may_be_a_password) {
    const TempDir dir;
    const Configuration loaded =
        load_files({dir.write("intact.toml", "[metrics]\nusers.prom = \"geheim\"\n")});
    EXPECT_EQ(loaded.diagnostics.size(), 1U);
    EXPECT_EQ(render_json(loaded.diagnostics).find("geheim"), std::string::npos);
}

TEST(BrokenJobs, are_at_least_eighty) {
    EXPECT_GE(kJobs.size() + kMains.size(), 80U);
    RecordProperty("broken_configurations", static_cast<int>(kJobs.size() + kMains.size()));
}

} // namespace
} // namespace intact::config
