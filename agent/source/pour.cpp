#include "source/pour.hpp"

#include "base/stoppable_task.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace intact::source {

Result<Poured> pour(std::string what, const StreamWriter &write, const StreamReader &read,
                    const std::stop_token &stop) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail_errno(errno, "make a pipe");
    }
    os::UniqueFd reading(ends[0]);
    os::UniqueFd writing(ends[1]);
    StoppableTask<void> reader(std::move(what), stop, [&](const std::stop_token &stop_reader) {
        return read(std::move(reading), stop_reader);
    });
    auto written = write(writing.get());
    const bool has_reader_gone = !written && written.error().sys_errno() == EPIPE;
    if (!written && !has_reader_gone) {
        reader.stop();
        static_cast<void>(reader.finish()); // with the pipe still open
        return fail(std::move(written).error());
    }
    writing.reset();
    return Poured{written.has_value(), reader.finish()};
}

} // namespace intact::source
