#include "control/service.hpp"

#include "control/log_control.hpp"

#include <array>
#include <fmt/format.h>

namespace intact::control {
namespace {

using systemd::BusCall;
using systemd::BusChanges;
using systemd::BusFacts;
using systemd::BusMethod;
using systemd::BusProperty;
using systemd::BusValues;

struct PropertyRow {
    const char *name;
    const char *signature;
    BusChanges changes;
};
constexpr std::array<PropertyRow, 11> kProperties{{
    {"Version", "s", BusChanges::never},
    {"JobCount", "u", BusChanges::told},
    {"BrokenCount", "u", BusChanges::told},
    {"RunningCount", "u", BusChanges::told},
    {"WaitingCount", "u", BusChanges::told},
    {"Paused", "b", BusChanges::told},
    {"Stopping", "b", BusChanges::told},
    {"ClockHold", "s", BusChanges::told},
    {"NextJob", "s", BusChanges::told},
    {"NextDue", "t", BusChanges::told},
    {"Loaded", "t", BusChanges::told},
}};

Agent::Answer answer_to(const BusCall &call) {
    return [call](const Result<> &result) {
        if (result) {
            call.reply();
        } else {
            call.refuse(result.error());
        }
    };
}

std::string word_for(Cancelling cancelling) {
    return cancelling == Cancelling::dropped ? "dropped" : "stopping";
}

void answer_with(const BusCall &call, const Result<Cancelling> &cancelling) {
    if (cancelling) {
        call.reply({word_for(*cancelling)});
    } else {
        call.refuse(cancelling.error());
    }
}

void answer_with(const BusCall &call, const Result<ReloadResult> &reloaded) {
    if (reloaded) {
        call.reply({reloaded->is_taken, reloaded->remarks});
    } else {
        call.refuse(reloaded.error());
    }
}

std::optional<WallTime> until_of(std::uint64_t usec) {
    return usec == 0 ? std::nullopt : std::optional(from_usec(usec));
}

/// As the interface spells a property that is unknown by now.
systemd::BusValue value_in(const BusFacts &facts, const std::string &name) {
    const auto found = facts.find(name);
    if (found == facts.end()) {
        return std::uint64_t{0};
    }
    return std::visit([](const auto &value) { return systemd::BusValue(value); }, found->second);
}

} // namespace

Result<std::unique_ptr<Service>> Service::offer(systemd::Bus &bus, Agent &agent) {
    std::unique_ptr<Service> service(new Service(bus, agent));
    INTACT_TRY_ASSIGN(service->object_, bus.add(service->interface()));
    INTACT_TRY_ASSIGN(service->log_control_, bus.add(log_control()));
    service->told_ = facts_of(agent.state());
    return service;
}

systemd::BusInterface Service::interface() {
    systemd::BusInterface interface{
        kAgent.path, kAgent.interface, reading_methods(), properties(), {}};
    for (BusMethod &method : changing_methods()) {
        interface.methods.push_back(std::move(method));
    }
    interface.signals = {
        {"JobChanged", {{"s", "job"}, {"a{sv}", "state"}}},
        {"RunBegun", {{"s", "job"}, {"s", "run_id"}, {"s", "cause"}, {"u", "attempt"}}},
        {"RunEnded",
         {{"s", "job"}, {"s", "run_id"}, {"s", "outcome"}, {"s", "failure"}, {"a{sv}", "figures"}}},
        {"Reloaded", {{"u", "jobs"}}},
    };
    return interface;
}

// For everybody.
std::vector<BusMethod> Service::reading_methods() {
    return {{"GetJob",
             {{"s", "job"}},
             {{"a{sv}", "state"}},
             [this](const BusCall &call) {
                 if (const auto state = agent_.job(call.text(0))) {
                     call.reply({facts_of(*state)});
                 } else {
                     call.refuse(state.error());
                 }
             }},
            {"ListJobs", {}, {{"a{sa{sv}}", "states"}}, [this](const BusCall &call) {
                 systemd::BusTable table;
                 for (const JobState &state : agent_.jobs()) {
                     table[state.job] = facts_of(state);
                 }
                 call.reply({std::move(table)});
             }}};
}

// For those who may.
std::vector<BusMethod> Service::changing_methods() {
    const auto guarded = [this](Action action, std::function<void(const BusCall &)> act) {
        return [this, action, act = std::move(act)](const BusCall &call) {
            authorizer_.check(call, action, [call, act] { act(call); });
        };
    };
    return {
        {"Run",
         {{"s", "job"}},
         {},
         guarded(Action::run,
                 [this](const BusCall &call) { answer_to(call)(agent_.run_now(call.text(0))); })},
        {"Cancel",
         {{"s", "job"}},
         {{"s", "what"}},
         guarded(Action::cancel,
                 [this](const BusCall &call) { answer_with(call, agent_.cancel(call.text(0))); })},
        {"Pause",
         {{"s", "job"}, {"t", "until_usec"}},
         {},
         guarded(Action::pause,
                 [this](const BusCall &call) {
                     agent_.pause(call.text(0), until_of(call.number(1)), answer_to(call));
                 })},
        {"Resume",
         {{"s", "job"}},
         {},
         guarded(Action::pause,
                 [this](const BusCall &call) { agent_.resume(call.text(0), answer_to(call)); })},
        {"Reload",
         {},
         {{"b", "taken"}, {"as", "remarks"}},
         guarded(Action::reload,
                 [this](const BusCall &call) { answer_with(call, agent_.load_again()); })},
        {"AcceptClock",
         {},
         {},
         guarded(Action::accept_clock,
                 [this](const BusCall &call) { agent_.accept_clock(answer_to(call)); })},
    };
}

std::vector<BusProperty> Service::properties() {
    std::vector<BusProperty> properties;
    for (const PropertyRow &row : kProperties) {
        properties.push_back(
            {row.name,
             row.signature,
             row.changes,
             [this, name = row.name] { return value_in(facts_of(agent_.state()), name); },
             {}});
    }
    return properties;
}

void Service::tell_job_changed(const std::string &job) {
    if (const auto state = agent_.job(job)) {
        bus_.emit(kAgent, "JobChanged", {job, facts_of(*state)});
    }
}

void Service::tell_run_begun(const std::string &job, const std::string &run_id,
                             const std::string &cause, std::uint32_t attempt) {
    bus_.emit(kAgent, "RunBegun", {job, run_id, cause, attempt});
}

void Service::tell_run_ended(const RunTold &run) {
    bus_.emit(kAgent, "RunEnded",
              {run.job, run.run_id, run.outcome, run.failure,
               BusFacts{{"Archive", run.archive},
                        {"BytesRead", run.bytes_read},
                        {"BytesWritten", run.bytes_written},
                        {"Entries", run.entries},
                        {"Warnings", run.warnings},
                        {"Suspicious", run.is_suspicious}}});
}

void Service::tell_reloaded() {
    bus_.emit(kAgent, "Reloaded", {agent_.state().jobs});
}

void Service::tell_state() {
    BusFacts facts = facts_of(agent_.state());
    std::vector<std::string> changed;
    for (const PropertyRow &property : kProperties) {
        if (value_in(facts, property.name) != value_in(told_, property.name)) {
            changed.emplace_back(property.name);
        }
    }
    told_ = std::move(facts);
    if (!changed.empty()) {
        bus_.emit_changed(kAgent, changed);
    }
}

} // namespace intact::control
