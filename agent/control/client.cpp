#include "control/client.hpp"

#include <fmt/format.h>

namespace intact::control {
namespace {

using systemd::BusFacts;
using systemd::BusTable;
using systemd::BusValues;

// Longer than a person takes to find a password.
constexpr std::chrono::seconds kPatience{90};

template <typename T>
T value_at(const BusValues &values, std::size_t index) {
    const T *value = index < values.size() ? std::get_if<T>(&values[index]) : nullptr;
    return value == nullptr ? T() : *value;
}

template <typename T>
T fact_in(const BusFacts &facts, const char *name) {
    const auto found = facts.find(name);
    const T *value = found == facts.end() ? nullptr : std::get_if<T>(&found->second);
    return value == nullptr ? T() : *value;
}

RunTold run_told_in(const BusValues &values) {
    const auto figures = value_at<BusFacts>(values, 4);
    return {value_at<std::string>(values, 0),
            value_at<std::string>(values, 1),
            value_at<std::string>(values, 2),
            value_at<std::string>(values, 3),
            fact_in<std::string>(figures, "Archive"),
            fact_in<std::uint64_t>(figures, "BytesRead"),
            fact_in<std::uint64_t>(figures, "BytesWritten"),
            fact_in<std::uint64_t>(figures, "Entries"),
            fact_in<std::uint64_t>(figures, "Warnings"),
            fact_in<bool>(figures, "Suspicious")};
}

template <typename T>
Result<T> reached(Result<T> result) {
    if (!result && result.error().code() == ErrorCode::unreachable) {
        return fail(std::move(result).error().within("the daemon cannot be reached"));
    }
    return result;
}

} // namespace

Result<std::unique_ptr<Client>> Client::connect(systemd::BusKind kind) {
    INTACT_TRY_ASSIGN(auto bus, reached(systemd::Bus::connect(kind)));
    return std::unique_ptr<Client>(new Client(std::move(bus)));
}

Result<BusValues> Client::ask(const std::string &method, const BusValues &values) {
    return reached(bus_->call(kAgent, method, values, systemd::Interaction::allowed, kPatience));
}

Result<AgentState> Client::state() {
    const systemd::BusPeer properties{kAgent.service, kAgent.path,
                                      "org.freedesktop.DBus.Properties"};
    INTACT_TRY_ASSIGN(const BusValues values,
                      reached(bus_->call(properties, "GetAll", {kAgent.interface},
                                         systemd::Interaction::none, kPatience)));
    return agent_state_in(value_at<BusFacts>(values, 0));
}

Result<JobState> Client::job(const std::string &job) {
    INTACT_TRY_ASSIGN(const BusValues values, ask("GetJob", {job}));
    return job_state_in(job, value_at<BusFacts>(values, 0));
}

Result<std::vector<JobState>> Client::jobs() {
    INTACT_TRY_ASSIGN(const BusValues values, ask("ListJobs", {}));
    std::vector<JobState> states;
    for (const auto &[job, facts] : value_at<BusTable>(values, 0)) {
        states.push_back(job_state_in(job, facts));
    }
    return states;
}

Result<> Client::run(const std::string &job) {
    INTACT_TRY(ask("Run", {job}));
    return {};
}

Result<std::string> Client::cancel(const std::string &job) {
    INTACT_TRY_ASSIGN(const BusValues values, ask("Cancel", {job}));
    return value_at<std::string>(values, 0);
}

Result<> Client::pause(const std::string &job, std::optional<WallTime> until) {
    INTACT_TRY(ask("Pause", {job, until ? to_usec(*until) : std::uint64_t{0}}));
    return {};
}

Result<> Client::resume(const std::string &job) {
    INTACT_TRY(ask("Resume", {job}));
    return {};
}

Result<ReloadResult> Client::reload() {
    INTACT_TRY_ASSIGN(const BusValues values, ask("Reload", {}));
    return ReloadResult{value_at<bool>(values, 0), value_at<std::vector<std::string>>(values, 1)};
}

Result<> Client::accept_clock() {
    INTACT_TRY(ask("AcceptClock", {}));
    return {};
}

Result<> Client::listen(Listener listener) {
    listener_ = std::move(listener);
    return bus_->subscribe(kAgent, [this](const std::string &signal, const BusValues &values) {
        hear(signal, values);
    });
}

void Client::hear(const std::string &signal, const BusValues &values) const {
    if (signal == "RunBegun") {
        listener_.on_run_begun(value_at<std::string>(values, 0), value_at<std::string>(values, 1),
                               value_at<std::string>(values, 2),
                               value_at<std::uint32_t>(values, 3));
    } else if (signal == "RunEnded") {
        listener_.on_run_ended(run_told_in(values));
    } else if (signal == "JobChanged") {
        listener_.on_job_changed(
            job_state_in(value_at<std::string>(values, 0), value_at<BusFacts>(values, 1)));
    } else if (signal == "NameOwnerChanged" && value_at<std::string>(values, 2).empty()) {
        listener_.on_gone();
    } else {
        listener_.on_change();
    }
}

} // namespace intact::control
