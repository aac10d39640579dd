#include "cli/choose_jobs.hpp"
#include "cli/json_lines.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "config/schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

std::string origin_of(const config::Setting &setting) {
    return setting.line == 0 ? "built in" : fmt::format("{}:{}", setting.file, setting.line);
}

/// A job file that would give the same job.
std::string as_toml(const config::LoadedJob &loaded, Origin origin) {
    std::string out = fmt::format("# job {}: {}\n", loaded.job.name, loaded.job.file);
    std::string table;
    for (const config::Setting &setting : loaded.settings) {
        const std::size_t dot = setting.key.find('.');
        const std::string its_table = dot == std::string::npos ? "" : setting.key.substr(0, dot);
        if (its_table != table) {
            table = its_table;
            out += fmt::format("\n[{}]\n", table);
        }
        const std::string key =
            dot == std::string::npos ? setting.key : setting.key.substr(dot + 1);
        const std::string line = fmt::format("{} = {}", key, setting.value);
        out += origin == Origin::shown ? fmt::format("{:<48}  # {}\n", line, origin_of(setting))
                                       : line + "\n";
    }
    return out;
}

nlohmann::ordered_json as_json(const config::LoadedJob &loaded) {
    nlohmann::ordered_json settings = nlohmann::ordered_json::array();
    for (const config::Setting &setting : loaded.settings) {
        nlohmann::ordered_json one{{"key", setting.key}, {"value", setting.value}};
        one["file"] = setting.line == 0 ? nlohmann::ordered_json(nullptr)
                                        : nlohmann::ordered_json(setting.file);
        one["line"] = setting.line == 0 ? nlohmann::ordered_json(nullptr)
                                        : nlohmann::ordered_json(setting.line);
        settings.push_back(std::move(one));
    }
    return {{"job", loaded.job.name}, {"file", loaded.job.file}, {"settings", settings}};
}

} // namespace

int show_config(const Session &session, const ConfigShowArguments &arguments) {
    const config::Configuration configuration = config::load(session.places());
    if (!arguments.job.empty()) {
        const auto job = choose_job(configuration, arguments.job);
        if (!job) {
            return print_error(job.error());
        }
    }
    JsonLines json(STDOUT_FILENO);
    bool is_first = true;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        if (!arguments.job.empty() && loaded.job.name != arguments.job) {
            continue;
        }
        if (arguments.form == Form::json) {
            json.write(as_json(loaded));
        } else {
            print((is_first ? "" : "\n") + as_toml(loaded, arguments.origin));
        }
        is_first = false;
    }
    if (!arguments.job.empty()) {
        return 0;
    }
    warn_about_broken(configuration);
    return show_common_errors(configuration);
}

int show_schema(const ConfigSchemaArguments &arguments) {
    print(arguments.file == SchemaOf::job ? config::job_schema() : config::agent_schema());
    return 0;
}

} // namespace intact::cli
