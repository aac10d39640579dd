#include "catalog/catalog.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/daemon_link.hpp"
#include "cli/job_table.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

/// What there is to see; no agent: nobody could be asked.
struct View {
    std::optional<control::AgentState> agent;
    std::vector<control::JobState> jobs;
};

Result<View> ask(control::Client &daemon, const std::string &job) {
    View view;
    INTACT_TRY_ASSIGN(view.agent, daemon.state());
    if (job.empty()) {
        INTACT_TRY_ASSIGN(view.jobs, daemon.jobs());
    } else {
        INTACT_TRY_ASSIGN(auto one, daemon.job(job));
        view.jobs.push_back(std::move(one));
    }
    return view;
}

struct Known {
    catalog::FactsSince facts;
    catalog::Ledger ledger;
};

Result<Known> read_catalog(const Session &session) {
    Known known;
    const std::string state_dir = session.places().state_dir;
    INTACT_TRY_ASSIGN(const bool is_there, catalog::Catalog::exists(state_dir));
    if (is_there) {
        INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(state_dir));
        INTACT_TRY_ASSIGN(known.facts, catalog->facts(0));
        INTACT_TRY_ASSIGN(known.ledger, catalog->ledger());
    }
    return known;
}

control::JobState state_of(const config::Job &job, const Known &known) {
    control::JobState state;
    state.job = job.name;
    state.is_enabled = job.enabled;
    for (const std::string &name : {std::string(), job.name}) {
        const auto pause = known.ledger.pauses.find(name);
        if (pause != known.ledger.pauses.end() &&
            (!pause->second || *pause->second > system_clock().now())) {
            state.is_paused = true;
            state.paused_until = pause->second;
        }
    }
    if (job.schedule) {
        const auto now = std::chrono::floor<std::chrono::microseconds>(system_clock().now());
        if (const auto next = config::timetable_of(*job.schedule).next(now)) {
            state.next_slot = next->at;
            state.next_due = next->at;
        }
    }
    if (const auto facts = known.facts.jobs.find(job.name); facts != known.facts.jobs.end()) {
        if (facts->second.last) {
            state.last = control::last_run_of(*facts->second.last);
        }
        state.last_success = facts->second.last_success;
        state.is_suspicious = facts->second.is_suspicious;
    }
    return state;
}

// Without the daemon: what the configuration and the record of runs say.
Result<View> look_by_ourselves(const Session &session, const std::string &job) {
    const config::Configuration configuration = config::load(session.places());
    INTACT_TRY_ASSIGN(const Known known, read_catalog(session));
    View view;
    if (!job.empty()) {
        INTACT_TRY_ASSIGN(const config::Job *one, choose_job(configuration, job));
        view.jobs.push_back(state_of(*one, known));
        return view;
    }
    for (const config::LoadedJob &loaded : configuration.jobs) {
        view.jobs.push_back(state_of(loaded.job, known));
    }
    warn_about_broken(configuration);
    return view;
}

std::string text_of(const View &view, const StatusArguments &arguments) {
    if (arguments.form == Form::json) {
        nlohmann::ordered_json json{{"daemon", nullptr}, {"jobs", nlohmann::ordered_json::array()}};
        if (view.agent) {
            json["daemon"] = to_json(*view.agent);
        }
        for (const control::JobState &state : view.jobs) {
            json["jobs"].push_back(to_json(state));
        }
        return json.dump(2) + "\n";
    }
    if (!arguments.job.empty()) {
        return job_text(view.jobs.front());
    }
    return (view.agent ? agent_text(*view.agent) : "") +
           (view.jobs.empty() ? "no job is configured\n" : job_table(view.jobs));
}

// Draws anew whenever something has changed.
Result<> watch(control::Client &daemon, const StatusArguments &arguments) {
    const StopSignals signals;
    const os::StopFd stop(signals.token());
    bool is_gone = false;
    const auto nothing = [](const auto &...) {};
    INTACT_TRY(daemon.listen({nothing, nothing, nothing, nothing, [&] { is_gone = true; }}));
    std::string shown;
    for (News news = News::came; news != News::stopped;) {
        INTACT_TRY_ASSIGN(const View view, ask(daemon, arguments.job));
        const std::string text = text_of(view, arguments);
        if (text != shown) {
            // From the first line of the screen on, nothing below it.
            print((is_terminal(STDOUT_FILENO) ? "\x1b[H\x1b[J" : "") + text);
            shown = text;
        }
        INTACT_TRY_ASSIGN(news, await_news(daemon, kLookEvery, stop));
        if (is_gone) {
            return fail(ErrorCode::unreachable, "the daemon has ended");
        }
    }
    return {};
}

} // namespace

int status(const Session &session, const StatusArguments &arguments) {
    auto daemon = reach_daemon(session);
    if (daemon && arguments.watch == Watching::on) {
        const auto watched = watch(**daemon, arguments);
        return watched ? 0 : print_error(watched.error());
    }
    Result<View> view = daemon ? ask(**daemon, arguments.job) : Result<View>(fail(daemon.error()));
    if (!view && view.error().code() == ErrorCode::unreachable) {
        if (arguments.watch == Watching::on) {
            return print_error(view.error());
        }
        print_warning(fmt::format("{}: this is what the configuration and the record of runs say",
                                  view.error().message()));
        view = look_by_ourselves(session, arguments.job);
    }
    if (!view) {
        return print_error(view.error());
    }
    print(text_of(*view, arguments));
    return 0;
}

} // namespace intact::cli
