#include "daemon/textfile_writer.hpp"

#include "daemon/event_log.hpp"
#include "metrics/textfile.hpp"

namespace intact::daemon {

TextfileWriter::TextfileWriter(std::string path)
    : path_(std::move(path)), thread_([this] { work(); }) {}

TextfileWriter::~TextfileWriter() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    has_work_.notify_one();
    thread_.join();
}

void TextfileWriter::write(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
    has_work_.notify_one();
}

void TextfileWriter::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        has_work_.wait(lock, [this] { return ends_ || text_; });
        if (!text_) {
            return;
        }
        const std::string text = *std::exchange(text_, std::nullopt);
        lock.unlock();
        const auto written = metrics::write_textfile(path_, text);
        const std::string trouble = written ? "" : written.error().message();
        if (!written && trouble != trouble_) {
            log_error(written.error());
        }
        trouble_ = trouble;
        lock.lock();
    }
}

} // namespace intact::daemon
