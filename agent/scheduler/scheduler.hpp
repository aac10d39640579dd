// Decides which job runs when, and accounts for every slot. Pure decisions over clocks that it is
// handed: it starts nothing, waits for nothing and writes nothing.
#pragma once

#include "base/error.hpp"
#include "catalog/slot_record.hpp"
#include "scheduler/clock_watch.hpp"
#include "scheduler/plan.hpp"
#include "scheduler/turn.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace intact::scheduler {

/// A run to begin.
struct Start {
    std::string job;
    std::string run_id;
    Cause cause = Cause::slot;
    std::optional<Instant> slot;
    unsigned attempt = 1;
};

/// What a run came to, as far as it matters for what comes next.
struct RunEnd {
    enum class Kind : std::uint8_t {
        done,        ///< nothing more to do, for better or worse
        failed,      ///< another attempt may help
        held_back,   ///< a condition kept it from beginning
        interrupted, ///< the daemon is being stopped: its slot stays due
    } kind = Kind::done;
    std::string reason; ///< of held_back, one word
};

/// In this order: the changes durable first, then the starts, so that no run is begun that a later
/// start of the daemon would not know of.
struct Decisions {
    std::vector<catalog::LedgerChange> changes;
    std::vector<Start> starts;
    std::set<std::string> touched; ///< jobs that are seen otherwise than before, but for reloads
};

/// The next moment at which tick() has something to do; by either clock, whichever comes first.
struct Wake {
    std::optional<Instant> wall;
    std::optional<microseconds> boot;
};

struct JobView {
    const Plan *plan = nullptr;
    const Turn *turn = nullptr;  ///< none: it is idle
    std::optional<Instant> slot; ///< the next
    std::optional<Instant> due;  ///< and when that begins, with its delay
    bool is_paused = false;
    std::optional<Instant> paused_until; ///< none: for ever, when paused
};

enum class Cancelled : std::uint8_t {
    nothing,  ///< no turn of that job
    dropped,  ///< it had not begun, or was between two attempts
    must_stop ///< it runs: end it, then tell ended()
};

/// Thread: one. Times never go through the process: each call says what the clocks show.
class Scheduler {
public:
    struct Setting {
        Limits limits;
        Instant build_date;
        std::function<std::string()> make_run_id;
    };
    Scheduler(Setting setting, const catalog::Ledger &ledger, Now now);
    ~Scheduler();
    Scheduler(const Scheduler &) = delete;
    Scheduler &operator=(const Scheduler &) = delete;

    /// All jobs there are. `unreadable` are those that exist and could not be read: their account
    /// is kept. A job whose schedule changed has no slot before now; one that is gone ends its run.
    void configure(std::vector<Plan> plans, const std::set<std::string> &unreadable, Limits limits,
                   Now now);
    /// Does what is due.
    void tick(Now now);
    /// What was decided since the last call.
    Decisions take();
    Wake next_wake() const;

    /// Errors: not_found; locked when it runs already.
    Result<> run(const std::string &job, Now now);
    Cancelled cancel(const std::string &job, Now now);
    /// Empty job: all. Errors: not_found.
    Result<> pause(const std::string &job, std::optional<Instant> until, Now now);
    Result<> resume(const std::string &job, Now now);
    void ended(const std::string &job, const RunEnd &end, Now now);
    /// The operator, or a time server, says that the clock is right. Slots that lie ahead of it are
    /// due again when their time comes.
    void accept_clock(Now now);
    /// From now on nothing begins; what waits is found due at the next start.
    void drain() { is_draining_ = true; }

    std::optional<JobView> view(const std::string &job) const;
    std::vector<JobView> views() const;
    /// The job that is due next, of those that will run then.
    std::optional<JobView> next_up() const;
    std::optional<ClockWatch::Hold> hold() const { return clock_.hold(); }
    /// Of "": all jobs.
    bool is_paused(const std::string &job) const;
    std::size_t running() const { return running_; }
    std::size_t waiting() const { return queue_.size(); }

private:
    struct Job;
    using Jobs = std::map<std::string, std::unique_ptr<Job>>;

    void admit(Plan plan, Now now);
    void open_account(Job &job, Now now);
    void count_from_now(Job &job, Now now);
    void settle_open_slots(Job &job, const catalog::JobAccount &account, Now now);
    void change_plan(Job &job, Plan plan, Now now);
    void dismiss(Job &job, Now now);
    void forget(const std::string &name, const catalog::JobAccount &account, Now now);

    void plan_next(Job &job);
    void unplan(Job &job);
    void handle_due(Job &job, Now now);
    void take_turn(Job &job, Cause cause, std::optional<catalog::SlotRecord> slot, Now now);
    void enqueue(Job &job);
    void sleep(Job &job, Phase phase, microseconds until);
    void start_what_fits(Now now);
    bool has_room_for(const Job &job) const;
    void start(Job &job, Now now);
    void leave_queue(Job &job);
    void end_turn(Job &job, catalog::SlotFate fate, const std::string &reason, Now now);
    void drop_waiting(Job &job, const std::string &reason, Now now);
    void rest_or_end(Job &job, Now now);

    std::string reason_not_to_run(const Job &job) const;
    std::string reason_for_lateness(Instant due) const;
    void record_without_run(Job &job, catalog::SlotRecord slot);
    void write(catalog::SlotRecord slot);
    void touch(const Job &job);
    const std::optional<Instant> *pause_of(const std::string &job) const;
    Result<Job *> find(const std::string &job) const;
    JobView view_of(const Job &job) const;

    Setting setting_;
    Instant started_;
    ClockWatch clock_;
    ClockEvent clock_event_ = ClockEvent::none;
    bool was_held_ = false;
    bool is_draining_ = false;
    Instant wall_; ///< at the latest call: what pauses are measured by
    std::map<std::string, catalog::JobAccount> accounts_; ///< of the ledger, until configure()
    std::map<std::string, std::optional<Instant>> pauses_;
    Jobs jobs_;                                             // before the sets that hold their names
    std::set<std::pair<Instant, std::string_view>> by_due_; ///< names that the jobs own
    std::set<std::pair<microseconds, std::string_view>> by_wake_;
    std::map<QueueKey, Job *> queue_;
    std::set<Job *> unopened_; ///< they count from when the clock can be believed
    std::uint64_t next_arrival_ = 0;
    std::size_t running_ = 0;
    std::map<std::string, unsigned> running_on_; ///< filesystems
    Decisions decisions_;
};

} // namespace intact::scheduler
