#include "cli/job_draft.hpp"

#include "base/clock.hpp"
#include "base/run_id.hpp"
#include "config/toml_text.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::cli {
namespace {

constexpr mode_t kMode = 0640;
constexpr std::string_view kHead =
    "#:schema /usr/share/intact/schema/job.schema.json\n"
    "# By 'intact init'. intact.toml(5) has every key; after a change: intact check\n";

Draft completed(Draft draft) {
    if (draft.name.empty()) {
        draft.name = "new";
    }
    if (draft.sources.empty() && draft.command.empty()) {
        draft.sources = {"/etc"};
    }
    return draft;
}

Result<> write_new(const os::Directory &directory, const std::string &name,
                   const std::string &text) {
    INTACT_TRY_ASSIGN(os::File file, directory.create(name));
    INTACT_TRY(file.write_all(text));
    INTACT_TRY(file.set_mode(kMode));
    INTACT_TRY(file.sync());
    return file.close();
}

} // namespace

std::string Draft::text() const {
    std::string text(kHead);
    if (!schedule.empty()) {
        text += fmt::format("\n[schedule]\ncalendar = {}\n", config::toml_text(schedule));
    }
    text += "\n[source]\n";
    if (command.empty()) {
        text += fmt::format("type  = \"files\"\npaths = {}\n", config::toml_text(sources));
    } else {
        text += fmt::format("type    = \"command\"\ncommand = {}\n", config::toml_text(command));
    }
    if (!destination.empty()) {
        text += fmt::format("\n[destination]\npath = {}\n", config::toml_text(destination));
    }
    return text;
}

Result<config::LoadedJob> try_draft(const Draft &draft, const DraftPlace &place) {
    const Draft whole = completed(draft);
    // Of a path, the loader would take the last part for the name.
    if (whole.name.find('/') != std::string::npos) {
        return fail(
            Error(ErrorCode::config_invalid, fmt::format("'{}' cannot name a job", whole.name))
                .with_hint("it is a file's name: without a '/'"));
    }
    const std::string path = fmt::format("{}/{}.toml", place.directory, whole.name);
    config::Configuration loaded = config::load_snapshot({place.main, {path, whole.text()}});
    const auto mistake = std::find_if(
        loaded.diagnostics.begin(), loaded.diagnostics.end(),
        [](const config::Diagnostic &one) { return one.severity == config::Severity::error; });
    if (mistake != loaded.diagnostics.end()) {
        const bool is_ours = mistake->file == path;
        return fail(Error(ErrorCode::config_invalid,
                          is_ours ? mistake->message : config::render_short(*mistake))
                        .with_hint(mistake->hint));
    }
    if (loaded.jobs.size() != 1) {
        return fail(ErrorCode::config_invalid, fmt::format("'{}' cannot be a job", whole.name));
    }
    return std::move(loaded.jobs.front());
}

Result<std::string> write_draft(const Draft &draft, const DraftPlace &place, os::Sys &sys) {
    INTACT_TRY_ASSIGN(const auto directory, os::Directory::make_and_open(place.directory, sys));
    const std::string name = draft.name + ".toml";
    // No job while it is written: the loader leaves hidden names out.
    const std::string hidden =
        fmt::format(".{}.{}", draft.name, RunId::make(system_clock().now()).str());
    auto written = write_new(directory, hidden, draft.text());
    if (written) {
        written = directory.rename(hidden, name, os::IfExists::fail);
    }
    if (!written) {
        static_cast<void>(directory.remove_if_there(hidden));
        return fail(std::move(written).error());
    }
    INTACT_TRY(directory.sync());
    return directory.path_of(name);
}

} // namespace intact::cli
