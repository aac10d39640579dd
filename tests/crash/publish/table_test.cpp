// Recovery for every state that an archive's three names and its intent record can be in, likely or
// not: 4 contents for each name, 4 states of the record, 5 variants.
#include "crash/publish/fixture.hpp"
#include "crash/publish/tally.hpp"

#include "destination/intent.hpp"
#include "destination/moving_file.hpp"

#include <array>

namespace intact::test {
namespace {

enum class Lies { nothing, old_backup, new_backup, neither };
enum class Record { missing, torn, prepared, committed };

constexpr std::array kLies{Lies::nothing, Lies::old_backup, Lies::new_backup, Lies::neither};
constexpr std::array kRecords{Record::missing, Record::torn, Record::prepared, Record::committed};

class RecoveryTableTest : public VariantTest {
protected:
    /// A run that staged all it has and moved nothing: its files and its intent.
    void stage() {
        const RunId run = RunId::make(WallTime(std::chrono::seconds(1790009999)));
        run_ = run.str();
        auto staging = destination::Staging::create(directory_, run);
        ASSERT_TRUE(staging);
        const auto manifest = fill(*staging, run, kOld, "two");
        ASSERT_TRUE(manifest);
        ASSERT_TRUE(staging->add_companions(*manifest));
        const auto replaced =
            destination::replaced_backup(directory_, kOld, Naming::fixed, {"job", "here"});
        ASSERT_TRUE(replaced);
        const auto backup = destination::moving_backup(directory_, *manifest, *replaced);
        ASSERT_TRUE(backup);
        intent_.run_id = run_;
        intent_.variant = manner_.variant;
        intent_.backup = *backup;
        staging->disown();
    }

    void put(const std::string &name, Lies what) const {
        ASSERT_TRUE(directory_.remove_if_there(name));
        if (what != Lies::nothing) {
            temp_.write("dest/" + name, what == Lies::old_backup   ? old_
                                        : what == Lies::new_backup ? new_
                                                                   : kForeign);
        }
    }
    void put_record(Record record) {
        const destination::IntentSlots slots(directory_, run_);
        if (record == Record::prepared || record == Record::committed) {
            intent_.state = record == Record::prepared ? destination::IntentState::prepared
                                                       : destination::IntentState::committed;
            ASSERT_TRUE(slots.write(intent_));
        } else if (record == Record::torn) {
            temp_.write("dest/.intact-" + run_ + ".intent-a", "{\"run\":");
        }
    }
    std::size_t copies_of(const std::string &content) const {
        std::size_t count = 0;
        for (const std::string &name : names()) {
            count += read_file(temp_ / ("dest/" + name)) == content ? 1U : 0U;
        }
        return count;
    }

    const std::string kForeign = "neither backup";
    std::string run_;
    destination::Intent intent_;
};

TEST_P(RecoveryTableTest, never_loses_the_last_proven_copy_and_settles_once) {
    std::size_t cases = 0;
    for (const Record record : kRecords) {
        for (const Lies at_final : kLies) {
            for (const Lies at_staged : kLies) {
                for (const Lies at_guard : kLies) {
                    begin_anew();
                    stage();
                    const destination::MovingFile &archive = intent_.backup.front();
                    put(archive.final, at_final);
                    put(archive.staged, at_staged);
                    put(archive.guard, at_guard);
                    put_record(record);
                    const std::string where = std::to_string(static_cast<int>(record)) + " " +
                                              std::to_string(static_cast<int>(at_final)) +
                                              std::to_string(static_cast<int>(at_staged)) +
                                              std::to_string(static_cast<int>(at_guard));
                    const auto before = names();
                    const bool had_old = copies_of(old_) > 0;
                    const bool had_new = copies_of(new_) > 0;

                    const auto recovered = recover(run_);
                    if (!recovered) {
                        ASSERT_EQ(names(), before) << where;
                    } else {
                        ASSERT_EQ(recover(run_)->what, destination::Recovered::nothing) << where;
                    }
                    if (at_final == Lies::old_backup || at_final == Lies::new_backup) {
                        ASSERT_TRUE(held_by(kOld) == Holds::old_backup ||
                                    held_by(kOld) == Holds::new_backup)
                            << where;
                    }
                    if (had_old || had_new) {
                        ASSERT_GT(copies_of(old_) + copies_of(new_), 0U) << where;
                    }
                    if (at_final == Lies::neither) {
                        ASSERT_GT(copies_of(kForeign), 0U) << where;
                    }
                    ++cases;
                }
            }
        }
    }
    tally("states recovered", cases);
}

INSTANTIATE_TEST_SUITE_P(All, RecoveryTableTest,
                         testing::Combine(testing::Values(Variant::rename, Variant::link_guard,
                                                          Variant::exchange, Variant::held_rename,
                                                          Variant::two_step),
                                          testing::Values(Naming::fixed)),
                         name_of_case);

} // namespace
} // namespace intact::test
