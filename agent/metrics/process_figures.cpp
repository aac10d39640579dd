#include "metrics/process_figures.hpp"

#include "os/file.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace intact::metrics {
namespace {

constexpr std::size_t kLimit = 4096;

std::string read_own(const std::string &name) {
    const auto directory = os::Directory::open("/proc/self");
    return directory ? directory->read_file(name, kLimit).value_or("") : "";
}

// Field 22 of stat: clock ticks after boot. The program's name, which may hold anything, ends with
// the last ')'.
double start_time() {
    const std::string stat = read_own("stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) {
        return 0;
    }
    std::istringstream fields(stat.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number) {
        fields >> field;
    }
    const double ticks = std::strtod(field.c_str(), nullptr);
    timespec wall{};
    timespec boot{};
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto seconds = [](const timespec &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    return seconds(wall) - seconds(boot) + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval &time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

ProcessFigures read_process_figures() {
    ProcessFigures figures;
    static const double started = start_time(); // the clock may be set later
    figures.started = started;
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        figures.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    }
    std::istringstream statm(read_own("statm"));
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    figures.resident_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    if (const auto fds = os::Directory::open("/proc/self/fd")) {
        figures.open_fds =
            fds->names().map([](const auto &names) { return names.size(); }).value_or(0);
    }
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        figures.max_fds = limit.rlim_cur;
    }
    return figures;
}

} // namespace intact::metrics
