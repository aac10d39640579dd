#include "metrics/agent_metrics.hpp"

#include "metrics/process_figures.hpp"

#include <array>
#include <limits>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <vector>

namespace intact::metrics {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Registry;

/// Why a client was turned away, as HttpFigures tell.
constexpr std::array<const char *, 5> kRejections{"too_many", "timeout", "malformed",
                                                  "unauthorized", "tls"};
/// So that their series are there before the first of them.
constexpr std::array<const char *, 4> kUsualCodes{"200", "401", "404", "405"};

double number_of(const std::optional<bool> &known) {
    return known ? (*known ? 1 : 0) : std::numeric_limits<double>::quiet_NaN();
}

Gauge &gauge(Registry &registry, const char *name, const char *help,
             const prometheus::Labels &labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

// The library's counters go up by amounts, and ours are told as they stand.
void raise(Counter &counter, std::uint64_t to) {
    counter.Increment(static_cast<double>(to) - counter.Value());
}

SeriesType type_of(const prometheus::MetricFamily &family) {
    if (family.name.ends_with("_info")) {
        return SeriesType::info;
    }
    return family.type == prometheus::MetricType::Counter ? SeriesType::counter : SeriesType::gauge;
}

void write_family(const prometheus::MetricFamily &family, Exposition &to) {
    const SeriesType type = type_of(family);
    to.begin({family.name, type, family.help});
    for (const prometheus::ClientMetric &metric : family.metric) {
        const double value =
            type == SeriesType::counter ? metric.counter.value : metric.gauge.value;
        if (metric.label.empty()) {
            to.add({}, value);
        } else { // none of ours has more than one
            to.add({{metric.label.front().name, metric.label.front().value}}, value);
        }
    }
}

} // namespace

struct AgentMetrics::Impl {
    Registry files;
    Registry daemon;
    Registry process;
    Gauge &time = gauge(files, "intact_time_seconds", "The host's clock when this was told.");
    Gauge &good = gauge(files, "intact_config_last_reload_successful",
                        "Whether all of the configuration could be used when it was last read.");
    Gauge &loaded = gauge(files, "intact_config_last_reload_success_timestamp_seconds",
                          "When the configuration in effect was read.");
    Gauge &jobs = gauge(files, "intact_config_jobs", "Jobs, by whether their files can be used.",
                        {{"state", "loaded"}});
    Gauge &broken = gauge(files, "intact_config_jobs", "Jobs, by whether their files can be used.",
                          {{"state", "broken"}});
    Gauge &synchronized = gauge(daemon, "intact_clock_synchronized",
                                "Whether a time server sets the host's clock; NaN: not known.");
    Gauge &held = gauge(daemon, "intact_clock_held",
                        "Whether nothing is scheduled, as the clock is not believed.");
    Gauge &paused = gauge(daemon, "intact_scheduler_paused", "Whether all jobs are paused.");
    Gauge &waiting =
        gauge(daemon, "intact_scheduler_queue_length", "Jobs that are due and wait for room.");
    Gauge &running = gauge(daemon, "intact_scheduler_running", "Runs that are on.");
    Gauge &writable = gauge(daemon, "intact_catalog_writable",
                            "Whether the record of runs could last be written.");
    Gauge &connections = gauge(process, "intact_http_connections", "Open connections.");
    prometheus::Family<Counter> &requests =
        prometheus::BuildCounter()
            .Name("intact_http_requests_total")
            .Help("Requests that were answered, by status code.")
            .Register(process);
    prometheus::Family<Counter> &rejected =
        prometheus::BuildCounter()
            .Name("intact_http_rejected_total")
            .Help("Clients that were turned away or given up, by reason.")
            .Register(process);
    Gauge &started = gauge(process, "process_start_time_seconds", "When this process began.");
    Gauge &memory = gauge(process, "process_resident_memory_bytes",
                          "Memory of this process, without its runs.");
    Counter &cpu = prometheus::BuildCounter()
                       .Name("process_cpu_seconds_total")
                       .Help("Processor time of this process, without its runs.")
                       .Register(process)
                       .Add({});
    Gauge &open_fds = gauge(process, "process_open_fds", "Open file descriptors.");
    Gauge &max_fds = gauge(process, "process_max_fds", "File descriptors it may open.");
};

AgentMetrics::AgentMetrics(const std::string &version) : impl_(std::make_unique<Impl>()) {
    gauge(impl_->files, "intact_build_info", "The program that tells all this.",
          {{"version", version}})
        .Set(1);
    for (const char *code : kUsualCodes) {
        impl_->requests.Add({{"code", code}});
    }
    for (const char *reason : kRejections) {
        impl_->rejected.Add({{"reason", reason}});
    }
}

AgentMetrics::~AgentMetrics() = default;

void AgentMetrics::write(const AgentSample &sample, Extent extent, Exposition &to) {
    set(sample);
    std::vector<const Registry *> registries{&impl_->files};
    if (extent != Extent::files) {
        registries.push_back(&impl_->daemon);
    }
    if (extent == Extent::process) {
        set_process();
        registries.push_back(&impl_->process);
    }
    for (const Registry *registry : registries) {
        for (const prometheus::MetricFamily &family : registry->Collect()) {
            write_family(family, to);
        }
    }
}

void AgentMetrics::set(const AgentSample &sample) {
    impl_->time.Set(seconds_of(sample.now));
    impl_->good.Set(sample.is_configuration_good ? 1 : 0);
    impl_->loaded.Set(seconds_of(sample.loaded));
    impl_->jobs.Set(static_cast<double>(sample.jobs));
    impl_->broken.Set(static_cast<double>(sample.broken));
    impl_->synchronized.Set(number_of(sample.is_clock_synchronized));
    impl_->held.Set(sample.is_clock_held ? 1 : 0);
    impl_->paused.Set(sample.is_paused ? 1 : 0);
    impl_->waiting.Set(static_cast<double>(sample.waiting));
    impl_->running.Set(static_cast<double>(sample.running));
    impl_->writable.Set(sample.is_catalog_writable ? 1 : 0);
    impl_->connections.Set(static_cast<double>(sample.connections));
    for (const auto &[code, count] : sample.requests) {
        raise(impl_->requests.Add({{"code", code}}), count);
    }
    for (const auto &[reason, count] : sample.rejected) {
        raise(impl_->rejected.Add({{"reason", reason}}), count);
    }
}

void AgentMetrics::set_process() {
    const ProcessFigures figures = read_process_figures();
    impl_->started.Set(figures.started);
    impl_->memory.Set(static_cast<double>(figures.resident_bytes));
    impl_->cpu.Increment(figures.cpu_seconds - impl_->cpu.Value());
    impl_->open_fds.Set(static_cast<double>(figures.open_fds));
    impl_->max_fds.Set(static_cast<double>(figures.max_fds));
}

} // namespace intact::metrics
