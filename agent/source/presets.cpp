#include "source/presets.hpp"

#include "os/process.hpp"
#include "os/wipe.hpp"
#include "source/preset_table.hpp"
#include "source/secret_file.hpp"
#include "source/secrets.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace intact::source {
namespace {

using config::DatabaseSource;
using config::SourceType;

bool is_of_all(const DatabaseSource &source) {
    return source.database == config::kAllDatabases;
}

const Tool &dumping(const DatabaseSource &source) {
    const Preset &preset = preset_of(source.type);
    return is_of_all(source) ? preset.dump_all : preset.dump;
}

/// Of what the same source dumps; null for another's stream, and where there is none.
const Tool *restoring(const DatabaseSource &source, std::string_view format) {
    const Preset &preset = preset_of(source.type);
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
    const Preset &preset = preset_of(source.type);
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
