// The record of a publication under way, for variants whose crash states names alone do not tell.
#pragma once

#include "base/error.hpp"
#include "destination/moving_file.hpp"
#include "destination/variant.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intact::destination {

enum class IntentState {
    prepared,  ///< names may have begun to change
    committed, ///< the new backup is durable and proven: only leftovers are to go
};

struct Intent {
    std::string run_id;
    std::uint64_t number = 0; ///< the highest one of the two slots counts
    IntentState state = IntentState::prepared;
    Variant variant = Variant::two_step;
    MovingBackup backup; ///< without identities: those end with the mount
};

/// JSON on one line that carries its own digest, so that a torn, empty or foreign file is told from
/// a record.
std::string render_intent(const Intent &intent);
Result<Intent> parse_intent(std::string_view text);

/// ".intact-RUNID.intent-a" and "-b": each record is written whole into the older slot, so that the
/// other one stands whatever happens to the write. Source: filesystems.md §2, intent record.
class IntentSlots {
public:
    IntentSlots(const os::Directory &directory, const std::string &run_id);

    /// A valid record: both of a publication tell the same of its files. Errors: io.
    Result<std::optional<Intent>> read() const;
    /// Durable when it returns.
    Result<> write(Intent intent) const;
    /// Durable when it returns; they may be gone already.
    Result<> remove() const;

private:
    struct Slot {
        std::string name;
        std::optional<Intent> intent;
    };
    Result<Slot> look(const std::string &name) const;

    const os::Directory &directory_;
    const std::string a_;
    const std::string b_;
};

} // namespace intact::destination
