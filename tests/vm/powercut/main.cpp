// Cuts one publication off by power failure in every way that its writes allow, and runs recovery
// on what is left.
//
//   powercut --filesystem FS --protocol P [--naming fixed|fresh] [--budget N] [--far] [--fsck]
//     [--work DIR]
//
// --far puts files between the names, so that they lie in sectors of their own, and on FAT syncs
// the device after each rename; --fsck has each image checked before it is mounted, as at a boot.
// Prints one line of JSON. Exit status: 0 all as promised, and for a protocol that is known to be
// wrong: the damage was seen; 1 not so; 2 the rig failed. Root, with the target log-writes.
#include "vm/powercut/crash_image.hpp"
#include "vm/powercut/disk.hpp"
#include "vm/powercut/examine.hpp"
#include "vm/powercut/filesystem.hpp"
#include "vm/powercut/marking_sys.hpp"
#include "vm/powercut/publication.hpp"
#include "vm/powercut/rig.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::powercut {
namespace {

constexpr std::uint64_t kLogBytes = 64u << 20;
constexpr int kFarFiles = 40;
constexpr int kRecordings = 12; ///< of a protocol that is known to be wrong, at most
constexpr std::size_t kShownViolations = 8;
constexpr std::size_t kKindLetters = 16; ///< of a problem, which tell its kind

struct Options {
    std::string filesystem;
    std::string protocol;
    std::string naming = "fixed";
    std::size_t budget = 1000;
    bool far = false;
    bool fsck = false;
    std::string work = "/dev/shm";
};

Options parse_options(int count, char **words) {
    Options options;
    const std::map<std::string, std::string *> texts{{"--filesystem", &options.filesystem},
                                                     {"--protocol", &options.protocol},
                                                     {"--naming", &options.naming},
                                                     {"--work", &options.work}};
    for (int at = 1; at < count; ++at) {
        const std::string word = words[at];
        if (word == "--far" || word == "--fsck") {
            (word == "--far" ? options.far : options.fsck) = true;
            continue;
        }
        if (at + 1 == count) {
            throw RigError("option '" + word + "': a value is missing or it is not known");
        }
        const std::string value = words[++at];
        if (word == "--budget") {
            options.budget = std::stoul(value);
        } else if (texts.contains(word)) {
            *texts.at(word) = value;
        } else {
            throw RigError("option '" + word + "' is not known");
        }
    }
    if (options.naming != "fixed" && options.naming != "fresh") {
        throw RigError("--naming: fixed or fresh");
    }
    return options;
}

struct Totals {
    int recordings = 0;
    std::size_t writes = 0; ///< of the last recording
    std::size_t images = 0;
    std::size_t damaged = 0;
    std::size_t set_aside = 0;
    std::size_t after_success = 0;
    std::map<std::string, std::size_t> states;
    std::size_t violations = 0;                  ///< images
    std::map<std::string, std::size_t> first_of; ///< a violation and how many are like it
};

class Rig {
public:
    explicit Rig(const Options &options)
        : options_(options), kind_(filesystem_named(options.filesystem)),
          work_(fmt::format("{}/powercut-{}", options.work, getpid())),
          disk_((make_folder(work_), work_ + "/disk"), kind_.bytes),
          before_(work_ + "/before", kind_.bytes), point_(work_ + "/mnt") {
        make_folder(point_);
        tried_.naming = options.naming == "fixed" ? destination::Naming::fixed
                                                  : destination::Naming::time_stamped;
        choose_protocol(tried_, options.protocol);
    }
    ~Rig() {
        rmdir(point_.c_str());
        rmdir(work_.c_str());
    }
    Rig(const Rig &) = delete;
    Rig &operator=(const Rig &) = delete;

    Totals run() {
        make_before();
        // What is left to the kernel's flusher is written in the order of its day: in one out of
        // four of a busy machine the wrong protocol has luck.
        do {
            record();
            examine_all();
            ++totals_.recordings;
        } while (tried_.is_control() && totals_.damaged == 0 && totals_.recordings < kRecordings);
        return std::move(totals_);
    }

private:
    static void make_folder(const std::string &path) {
        require(mkdir(path.c_str(), 0700) != 0, "make " + path);
    }
    std::string destination() const { return point_ + "/backups"; }

    std::unique_ptr<Mount> mount(const std::string &device) const {
        auto mounted = std::make_unique<Mount>(kind_, device, point_);
        errno = mounted->error();
        require(errno != 0, "mount " + kind_.name);
        return mounted;
    }

    void make_before() {
        std::vector<std::string> make = kind_.make;
        make.push_back(disk_.device());
        run_program(make);
        const auto mounted = mount(disk_.device());
        make_folder(destination());
        publish_old(tried_, destination());
        for (int number = 0; options_.far && number < kFarFiles; ++number) {
            open_or_throw(fmt::format("{}/between-{}", destination(), number), O_WRONLY | O_CREAT);
        }
        mounted->unmount();
        disk_.forget_cache();
        before_.copy_from(disk_);
    }

    void record() {
        disk_.forget_cache();
        disk_.copy_from(before_);
        const Disk log(work_ + "/log", kLogBytes);
        {
            LoggedDisk logged(disk_, log);
            const auto mounted = mount(logged.device());
            os::UniqueFd device = open_or_throw(logged.device(), O_RDONLY);
            // The flusher may write the device's pages before a file's entry is among them.
            std::function<void()> adversary;
            if (options_.far && kind_.is_fat()) {
                adversary = [&device] { require(fsync(device.get()) != 0, "sync the device"); };
            }
            MarkingSys sys(logged, adversary);
            publish_new(tried_, destination(), sys, [&] { logged.mark("staged"); });
            logged.mark("success");
            mounted->unmount();
            require(fsync(device.get()) != 0, "sync the device");
            device.reset();
            logged.remove();
        }
        log.forget_cache();
        log_ = read_log(log.device());
        staged_ = find_mark("staged");
        success_ = find_mark("success");
        totals_.writes = static_cast<std::size_t>(
            std::count_if(log_.begin(), log_.end(), [](const auto &e) { return e.is_write(); }));
    }
    std::size_t find_mark(const std::string &text) const {
        const auto at = std::find_if(log_.begin(), log_.end(),
                                     [&](const LogEntry &entry) { return entry.mark == text; });
        if (at == log_.end()) {
            throw RigError("the log has no mark '" + text + "'");
        }
        return static_cast<std::size_t>(at - log_.begin());
    }

    void examine_all() {
        // The same bytes may be left at several moments: then the latest one's promises hold.
        std::map<std::string, Reached> known;
        std::map<std::string, CrashImage> chosen;
        for (const CrashImage &image : crash_images(log_, staged_)) {
            const std::string digest = digest_of(sectors_of(log_, image, before_.content()));
            const Reached reached = reached_by(image);
            const auto [place, is_new] = known.emplace(digest, reached);
            place->second = std::max(place->second, reached);
            if (is_new) {
                chosen.emplace(digest, image);
            }
            if (chosen.size() >= options_.budget) {
                break;
            }
        }
        for (const auto &[digest, image] : chosen) {
            examine_one(image, known.at(digest));
        }
    }

    Reached reached_by(const CrashImage &image) const {
        return may_follow(log_, image, success_)  ? Reached::success
               : may_follow(log_, image, staged_) ? Reached::staged
                                                  : Reached::staging;
    }

    void examine_one(const CrashImage &image, Reached reached) {
        disk_.forget_cache();
        disk_.copy_from(before_);
        for (const auto &[sector, bytes] : sectors_of(log_, image, before_.content())) {
            disk_.write_at(sector * kSectorBytes, {bytes, kSectorBytes});
        }
        disk_.forget_cache();
        if (options_.fsck) {
            repair(kind_, disk_.device());
            disk_.forget_cache();
        }
        const Finding finding = examine({kind_, tried_, disk_, point_, destination()}, reached);
        ++totals_.images;
        ++totals_.states[finding.state];
        totals_.damaged += finding.damaged ? 1 : 0;
        totals_.set_aside += finding.set_aside ? 1 : 0;
        totals_.after_success += reached == Reached::success ? 1 : 0;
        if (!finding.problems.empty()) {
            ++totals_.violations;
            count_violation(image, finding);
        }
    }

    // Many images break for one reason: the first of each kind is told, and how many there are.
    void count_violation(const CrashImage &image, const Finding &finding) {
        const std::string kind = finding.state + finding.problems.front().substr(0, kKindLetters);
        const auto [known, is_new] =
            kinds_.emplace(kind, fmt::format("{}: {}: {}", place_of(image), finding.state,
                                             fmt::join(finding.problems, "; ")));
        ++totals_.first_of[known->second];
    }

    std::string place_of(const CrashImage &image) const {
        std::string mark = "the mount";
        for (std::size_t at = 0; at <= image.last_entry(); ++at) {
            mark = log_[at].mark.empty() ? mark : log_[at].mark;
        }
        return fmt::format("epoch at {}, kept {}, after '{}'", image.epoch_begin,
                           fmt::join(image.kept, " "), mark);
    }

    const Options &options_;
    const FilesystemKind &kind_;
    const std::string work_;
    const Disk disk_;
    const Disk before_;
    const std::string point_;
    Case tried_;
    std::vector<LogEntry> log_;
    std::size_t staged_ = 0;
    std::size_t success_ = 0;
    Totals totals_;
    std::map<std::string, std::string> kinds_; ///< of violations, with the first one's words
};

int run(const Options &options) {
    const auto begun = std::chrono::steady_clock::now();
    const Totals totals = Rig(options).run();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    Case tried;
    choose_protocol(tried, options.protocol);
    nlohmann::ordered_json json{{"filesystem", options.filesystem},
                                {"protocol", options.protocol},
                                {"naming", options.naming},
                                {"far", options.far},
                                {"fsck", options.fsck},
                                {"recordings", totals.recordings},
                                {"writes", totals.writes},
                                {"images", totals.images},
                                {"after_success", totals.after_success},
                                {"damaged", totals.damaged},
                                {"set_aside", totals.set_aside},
                                {"states", totals.states},
                                {"violations", totals.violations},
                                {"seconds", std::round(taken.count() * 10) / 10}};
    fmt::print("{}\n", json.dump());
    if (tried.is_control()) {
        return totals.damaged > 0 ? 0 : 1;
    }
    std::size_t shown = 0;
    for (const auto &[first, count] : totals.first_of) {
        if (++shown <= kShownViolations) {
            fmt::print("  violation ({} alike): {}\n", count, first);
        }
    }
    return totals.violations == 0 && totals.after_success > 0 ? 0 : 1;
}

} // namespace
} // namespace intact::powercut

int main(int count, char **words) {
    try {
        return intact::powercut::run(intact::powercut::parse_options(count, words));
    } catch (const std::exception &e) {
        fmt::print(stderr, "error: {}\n", e.what());
        return 2;
    }
}
