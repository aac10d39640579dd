// One header as libarchive tells it, turned into our own values. Reads no stream.
#pragma once

#include "base/error.hpp"
#include "pipeline/archive_reader.hpp"

struct archive_entry;

namespace intact::pipeline {

/// Call within LocaleScope(bytes_locale()). Errors: archive_damaged, saying which field makes no
/// sense.
Result<ArchivedEntry> read_metadata(archive_entry *entry);

/// Whether a warning of libarchive only says that a name was taken as raw bytes: what we want.
bool is_about_character_sets(const char *warning);

} // namespace intact::pipeline
