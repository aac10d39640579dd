// The tools of each kind of database, and how each is told what: a row for each kind. Calls none.
#pragma once

#include "config/source.hpp"

#include <array>
#include <string>
#include <string_view>

namespace intact::source {

/// What may be told to a tool: by an option with its value ("--host="), an option before it ("-h"),
/// a variable ("$PGHOST"), or as the last word (""). A tool that cannot be told has kNoWay.
inline constexpr std::string_view kNoWay = "-";
inline constexpr std::string_view kLastWord = "";

using Words = std::array<std::string_view, 9>; ///< empty ones are none

struct Tool {
    std::array<std::string_view, 2> names{}; ///< the first that there is; empty: no tool does that
    Words words{};
    Words words_to_replace{};           ///< what is there already
    bool always_replaces = false;       ///< whatever it is told
    std::string_view database = kNoWay; ///< how it is told
    std::string_view refusal{};         ///< see ToolCall
};

struct Preset {
    config::SourceType type;
    std::string_view host;
    std::string_view port;
    std::string_view socket;
    std::string_view user;
    std::string_view password; ///< a variable; or the option for a file, first of all
    /// The text of that file; null: it is a variable. What it returns is a secret.
    std::string (*password_file)(std::string_view password);
    Tool dump;
    Tool dump_all;
    Tool restore;
    Tool restore_all;
    /// The lines that say why a tool has failed, where it says more after them.
    std::string_view reason{};
};

/// Of each type that is a database.
const Preset &preset_of(config::SourceType type);

} // namespace intact::source
