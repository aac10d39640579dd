// Whether the service's sandbox lets a run read and write what it has to, and the drop-in if not.
#include "checkup/checks.hpp"
#include "checkup/sandbox.hpp"
#include "os/file.hpp"

#include <climits>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace intact::checkup {
namespace {

/// As the manager mounts it: symlinks resolved as far as the path is there.
std::string resolved(const std::string &path) {
    const std::string there = nearest_existing(path);
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(there.c_str(), nullptr),
                                                           &std::free);
    return real ? (std::string(real.get()) == "/" ? "" : real.get()) +
                      path.substr(there == "/" ? 0 : there.size())
                : path;
}

/// What is wrong, and the lines of a drop-in that would mend it.
class Trouble {
public:
    void needs_write(const Unit &unit, const std::string &path) {
        const std::string real = resolved(path);
        const Verdict verdict = verdict_on(unit, real);
        if (verdict.access == Access::writable) {
            return;
        }
        tell(path, verdict, "written");
        if (verdict.access == Access::hidden) {
            unhide(verdict);
        }
        lines_ += fmt::format("ReadWritePaths={}\n", quoted_for_unit(real));
    }
    void needs_read(const Unit &unit, const std::string &path) {
        const Verdict verdict = verdict_on(unit, resolved(path));
        if (verdict.access == Access::hidden) {
            tell(path, verdict, "seen");
            unhide(verdict);
        }
    }
    void needs_network(const Unit &unit) {
        if (unit.is("PrivateNetwork", "yes")) {
            add("no server can be reached: PrivateNetwork=yes");
            lines_ += "PrivateNetwork=no\n";
        }
    }
    // What a power cut tore on FAT shows in its table alone, which is read from its device.
    void wants_devices(const Unit &unit) {
        if (!unit.is("PrivateDevices", "yes")) {
            return;
        }
        is_minor_ = is_none();
        add("on FAT the service cannot tell what a power cut tore: PrivateDevices=yes");
        lines_ += "PrivateDevices=no\nDevicePolicy=closed\nDeviceAllow=block-* r\n";
    }
    bool is_none() const { return found_.empty(); }
    Finding finding() && {
        Finding finding = Finding::error(
            ErrorCode::permission_denied, found_,
            "give 'systemctl edit intactd' the lines below, then: systemctl restart intactd");
        finding.state = is_minor_ ? State::warning : State::error;
        finding.drop_in = "[Service]\n" + lines_;
        return finding;
    }

private:
    void add(const std::string &text) { found_ += (found_.empty() ? "" : "; ") + text; }
    void tell(const std::string &path, const Verdict &verdict, std::string_view doing) {
        add(fmt::format("{} cannot be {} by the service: {}", os::quoted_path(path), doing,
                        verdict.because));
    }
    // An empty list takes all of it back; ProtectHome= has a choice that hides nothing.
    void unhide(const Verdict &verdict) {
        const std::string name = verdict.because.substr(0, verdict.because.find('='));
        const std::string_view value = name == "ProtectHome"         ? "read-only"
                                       : name.starts_with("Private") ? "no"
                                                                     : "";
        const std::string line = fmt::format("{}={}\n", name, value);
        if (lines_.find(line) == std::string::npos) {
            lines_ += line;
        }
    }

    std::string found_;
    std::string lines_;
    bool is_minor_ = false;
};

} // namespace

Finding check_sandbox(const Subject &subject) {
    const Unit *unit = subject.unit();
    if (unit == nullptr) {
        return Finding::skipped("there is no unit of the service for this configuration");
    }
    const config::Job &job = subject.job;
    Trouble trouble;
    if (const auto *files = std::get_if<config::FilesSource>(&job.source)) {
        for (const std::string &path : files->paths) {
            trouble.needs_read(*unit, path);
        }
    } else if (job.source_type() == config::SourceType::kubernetes) {
        trouble.needs_network(*unit);
    }
    trouble.needs_write(*unit, job.destination.path);
    if (!job.destination.staging.empty()) {
        trouble.needs_write(*unit, job.destination.staging);
    }
    if (subject.filesystem && subject.filesystem->name == "FAT") {
        trouble.wants_devices(*unit);
    }
    return trouble.is_none() ? Finding::ok("it is not in the way of this job")
                             : std::move(trouble).finding();
}

} // namespace intact::checkup
