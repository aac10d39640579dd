// Joins a job's source to the head of the pipeline.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "engine/progress.hpp"
#include "formats/stream_check.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace intact::engine {

/// One source, ready to be streamed once.
class StreamSource {
public:
    struct Listener {
        std::function<void(Warning)> on_warning;
        std::function<void(std::string_view)> on_stderr;
    };
    virtual ~StreamSource() = default;

    /// Writes the whole stream. Errors: of the source, or of the archive writer (stage archive).
    virtual Result<> stream(ByteSink &sink, const std::stop_token &stop) = 0;
    /// Watches the stream where its format can prove its end; null otherwise.
    virtual formats::StreamCheck *check() { return nullptr; }
    /// Whether the stream that arrived is what its sender sent, where that one told. After the end.
    /// Errors: source_incomplete.
    virtual Result<> agree(std::string_view /*sha256*/) const { return {}; }
    /// What the stream was, and what is proven of it; the latter is empty where it was written
    /// here. After the end.
    virtual formats::Finding finding() const = 0;
    /// For the manifest: what was backed up.
    virtual std::vector<std::string> items() const = 0;
    /// Entries in the stream; nothing for raw streams. After the end.
    virtual std::optional<std::uint64_t> entries() const = 0;
    /// Of a command.
    virtual std::string stderr_tail() const { return {}; }
};

std::unique_ptr<StreamSource> make_source(const config::Job &job, StreamSource::Listener listener,
                                          Progress &progress);

} // namespace intact::engine
