// A destination that publishes by one variant, and what must be true of it after anything.
#pragma once

#include "base/log.hpp"
#include "unit/destination/fixture.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace intact::test {

using destination::Naming;
using destination::Variant;

class VariantTest : public DestinationTest,
                    public testing::WithParamInterface<std::tuple<Variant, Naming>> {
protected:
    void SetUp() override {
        log::start(
            log::Level::off); // what cannot be taken back is told, and here it is meant to be
        std::tie(manner_.variant, naming_) = GetParam();
        ASSERT_TRUE(publish(kOld, "one", Naming::fixed));
        for (const std::string &name : names()) {
            first_backup_.emplace_back("dest/" + name, read_file(temp_ / ("dest/" + name)));
        }
        old_ = read_file(temp_ / ("dest/" + kOld));
        ASSERT_TRUE(publish_new());
        new_ = read_file(temp_ / ("dest/" + target()));
        ASSERT_NE(old_, new_);
    }
    void TearDown() override { log::start(log::Level::info); }

    /// One backup stands; a fixed name is the one that will be replaced.
    void begin_anew() {
        for (const std::string &name : names()) {
            ASSERT_TRUE(directory_.remove(name));
        }
        for (const auto &[name, content] : first_backup_) {
            temp_.write(name, content);
        }
    }
    Result<std::string> publish_new(os::Sys &sys = os::kernel()) const {
        return publish(target(), "two", naming_, sys);
    }
    std::string target() const { return naming_ == Naming::fixed ? kOld : kFresh; }

    /// The run that left hidden files; empty: none did.
    std::string dead_run() const {
        const auto left = left_over();
        return left.empty() ? "" : left.front().substr(8, 26);
    }
    Result<destination::Recovery> recover_by(os::Sys &sys) const {
        INTACT_TRY_ASSIGN(const auto directory, os::Directory::open(temp_ / "dest", sys));
        const std::string run = dead_run();
        return run.empty() ? Result<destination::Recovery>()
                           : destination::recover_run(directory, run, manner_.is_remote,
                                                      destination::Settling::act, {});
    }

    enum class Holds { old_backup, new_backup, nothing, something_else };
    Holds held_by(const std::string &archive) const {
        if (!directory_.has(archive).value_or(true)) {
            return Holds::nothing;
        }
        const std::string content = read_file(temp_ / ("dest/" + archive));
        return content == old_   ? Holds::old_backup
               : content == new_ ? Holds::new_backup
                                 : Holds::something_else;
    }
    /// No hidden file, and under the final names nothing but whole backups: the old one unless the
    /// new one took its name.
    testing::AssertionResult is_settled() const {
        if (!left_over().empty()) {
            return testing::AssertionFailure() << "left over: " << left_over().front();
        }
        const Holds old_name = held_by(kOld);
        if (old_name != Holds::old_backup &&
            !(naming_ == Naming::fixed && old_name == Holds::new_backup)) {
            return testing::AssertionFailure() << kOld << " is lost";
        }
        for (const std::string &name : names()) {
            if (!name.ends_with(".zst")) {
                continue;
            }
            const auto verified = verify(name, config::VerifyDepth::checksum);
            if (!verified) {
                return testing::AssertionFailure() << verified.error().message();
            }
        }
        return testing::AssertionSuccess();
    }
    bool stands_new() const { return held_by(target()) == Holds::new_backup; }

    const std::string kOld = "fixed.tar.zst";
    const std::string kFresh = "new.tar.zst";
    Naming naming_ = Naming::fixed;
    std::vector<std::pair<std::string, std::string>> first_backup_; ///< its three files
    std::string old_;
    std::string new_;
};

inline std::string name_of_case(const testing::TestParamInfo<VariantTest::ParamType> &info) {
    std::string name(destination::name_of(std::get<Variant>(info.param)));
    std::replace(name.begin(), name.end(), '-', '_');
    return name + (std::get<Naming>(info.param) == Naming::fixed ? "_replaces" : "_adds");
}

inline const auto kEveryVariant =
    testing::Combine(testing::Values(Variant::rename, Variant::link_guard, Variant::exchange,
                                     Variant::held_rename, Variant::two_step),
                     testing::Values(Naming::fixed, Naming::time_stamped));

} // namespace intact::test
