// Kinds of events in the journal. systemd/intact.catalog explains each to `journalctl -x`; a test
// holds the two together. An id never changes its meaning.
#pragma once

#include <string_view>

namespace intact::daemon::message {

inline constexpr std::string_view kStarted = "2e590f677537491190617943ff69b8fc";
inline constexpr std::string_view kStopping = "6297810aa78346e8b2c6c7062b5a6f60";
inline constexpr std::string_view kReloaded = "aa4a751634ac42ca8d13c806fe0c83ef";
inline constexpr std::string_view kBadConfiguration = "2ff82612f3fa47109b47bf3f7e86c8c0";
inline constexpr std::string_view kRunBegun = "b7974452a9bb4847846ace9511dd2bca";
inline constexpr std::string_view kRunSucceeded = "925c00cfb44b4994bdc2226535c18a42";
inline constexpr std::string_view kRunPartial = "7b31edad275642439fe8ffeebf0628ad";
inline constexpr std::string_view kRunFailed = "c06c894541dd4316ac708b2ff0e3734e";
inline constexpr std::string_view kRunCancelled = "0881d2441efd4738b357ee29e3e14088";
inline constexpr std::string_view kRunHeldBack = "66157126ad8c454eb7b5549493237568";
inline constexpr std::string_view kSlotsMissed = "b5b15244b160492daa22f32b013ee441";
inline constexpr std::string_view kClockHeld = "5668329e1e784f35b170b5b4646f8fec";
inline constexpr std::string_view kBusLost = "4305ba03566f4390858e909ba769c545";

} // namespace intact::daemon::message
