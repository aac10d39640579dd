#include "source/database.hpp"

#include "base/null_sink.hpp"
#include "base/text.hpp"
#include "formats/pattern.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "source/pour.hpp"
#include "source/scratch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace intact::source {
namespace {

constexpr const char *kCopy = "copy"; // as presets.cpp calls it

Result<> copy_out(const config::DatabaseSource &source, ByteSink &sink, const LineSink &on_stderr,
                  const std::stop_token &stop, CommandEnd &end) {
    INTACT_TRY_ASSIGN(const Scratch scratch, Scratch::make(source.file));
    INTACT_TRY_ASSIGN(ToolCall call, dump_call(source, stop));
    call.command.working_directory = scratch.path();
    NullSink counts;
    INTACT_TRY(run_command(call.command, counts, on_stderr, stop, end));
    const std::string copy = fmt::format("{}/{}", scratch.path(), kCopy);
    const os::UniqueFd fd(open(copy.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "read " + os::quoted_path(copy));
    }
    unlink(copy.c_str()); // gone even if this process is killed
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "the copy was stopped");
        }
        INTACT_TRY_ASSIGN(const auto room, sink.space());
        INTACT_TRY_ASSIGN(const std::size_t count,
                          os::read_some(os::kernel(), fd.get(), room, copy));
        if (count == 0) {
            return {};
        }
        sink.commit(count);
    }
}

Result<> copy_in(const config::DatabaseSource &source, ToolCall &call, const StreamWriter &write,
                 const LineSink &on_stderr, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const Scratch scratch, Scratch::make(source.file));
    const std::string copy = fmt::format("{}/{}", scratch.path(), kCopy);
    {
        const os::UniqueFd fd(open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd) {
            return fail_errno(errno, "write " + os::quoted_path(copy));
        }
        INTACT_TRY(write(fd.get()));
    }
    call.command.working_directory = scratch.path();
    NullSink nothing;
    CommandEnd end;
    return run_command(call.command, nothing, on_stderr, stop, end);
}

Result<> pipe_in(ToolCall &call, const StreamWriter &write, const LineSink &on_stderr,
                 const std::stop_token &stop) {
    std::optional<std::string> refused;
    const formats::Pattern pattern(call.refusal);
    const LineSink heard = [&](std::string_view line) {
        if (!call.refusal.empty() && !refused && pattern.is_in(line)) {
            refused = line;
        }
        on_stderr(line);
    };
    const StreamReader tool = [&](os::UniqueFd input, const std::stop_token &stop_tool) {
        Handover handover = call.handover();
        handover.input = std::move(input);
        NullSink nothing;
        CommandEnd end;
        return run_command(call.command, nothing, heard, stop_tool, end, std::move(handover));
    };
    INTACT_TRY_ASSIGN(const Poured poured, pour("restore a database", write, tool, stop));
    INTACT_TRY(poured.taken);
    const std::string &program = call.command.command.front();
    if (refused) {
        return fail(ErrorCode::source_failed, fmt::format("command '{}' went on after an error: {}",
                                                          program, one_line(*refused)));
    }
    if (!poured.is_whole) {
        return fail(ErrorCode::source_failed,
                    fmt::format("command '{}' ended before it had read the whole stream", program));
    }
    return {};
}

} // namespace

Result<> dump_database(const config::DatabaseSource &source, ByteSink &sink,
                       const LineSink &on_stderr, const std::stop_token &stop, CommandEnd &end) {
    if (source.type == config::SourceType::sqlite) {
        return copy_out(source, sink, on_stderr, stop, end);
    }
    INTACT_TRY_ASSIGN(const ToolCall call, dump_call(source, stop));
    return run_command(call.command, sink, on_stderr, stop, end, call.handover());
}

Result<> restore_database(const config::DatabaseSource &source, std::string_view format,
                          Present present, const StreamWriter &write, const LineSink &on_stderr,
                          const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(ToolCall call, restore_call(source, format, present, stop));
    if (source.type == config::SourceType::sqlite) {
        return copy_in(source, call, write, on_stderr, stop);
    }
    return pipe_in(call, write, on_stderr, stop);
}

} // namespace intact::source
