// What a check of a stream costs: the pipeline without compression, into nothing, with each format
// beside `raw`. First as fast as memory gives the stream, then as the tools make it.
//
//   bench_streams [MIB [ROUNDS [DUMPS]]]
//
// MIB of each stream from memory (512), the median of ROUNDS (3); DUMPS is a directory that
// tests/support/dumps.sh has filled.
#include "base/byte_sink.hpp"
#include "formats/crc64.hpp"
#include "formats/make_check.hpp"
#include "pipeline/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace intact;
using Steady = std::chrono::steady_clock;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string output_of(const std::string &command) {
    std::string output;
    FILE *const pipe = popen(command.c_str(), "re");
    if (pipe == nullptr) {
        std::abort();
    }
    std::string buffer(1 << 16, '\0');
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        output.append(buffer, 0, count);
    }
    return pclose(pipe) == 0 ? output : "";
}

struct Stream {
    std::string format;
    std::string head;
    std::string part; ///< repeated until the stream is long enough
    std::string tail;
};

struct Timing {
    std::uint64_t bytes; ///< of the stream
    int repeats;         ///< of the whole of it, for one time
    int rounds;
};

double seconds_once(const pipeline::Producer &produce, const std::string &format) {
    formats::CheckOptions options;
    options.format = formats::Format::parse(format).value();
    options.end_pattern = "(?m)^end$";
    const auto check = formats::make_check(options);
    config::Archive archive;
    archive.compression = config::Compression::none;
    const auto begun = Steady::now();
    const auto stored = pipeline::store_stream(
        archive, produce, [](std::span<const std::byte>) { return Result<>{}; }, check.get(), {},
        {});
    if (!stored) {
        std::fprintf(stderr, "%s: %s\n", format.c_str(), stored.error().message().c_str());
        std::exit(1);
    }
    return std::chrono::duration<double>(Steady::now() - begun).count();
}

double seconds_of(const pipeline::Producer &produce, const std::string &format, int repeats) {
    double seconds = 0;
    for (int i = 0; i < repeats; ++i) {
        seconds += seconds_once(produce, format);
    }
    return seconds;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// Ways take turns, so that a machine that slows down does so for both.
void compare(const std::string &format, const pipeline::Producer &produce, const Timing &timing) {
    std::vector<double> raw;
    std::vector<double> checked;
    for (int round = 0; round < timing.rounds; ++round) {
        raw.push_back(seconds_of(produce, "raw", timing.repeats));
        checked.push_back(seconds_of(produce, format, timing.repeats));
    }
    const double rate = static_cast<double>(timing.bytes) * timing.repeats / 1e6;
    std::printf("  %-16s %8.0f MB/s   raw %8.0f MB/s   x %.3f\n", format.c_str(),
                rate / median(checked), rate / median(raw), median(checked) / median(raw));
    std::fflush(stdout);
}

void from_memory(const Stream &stream, std::uint64_t bytes, int rounds) {
    const std::uint64_t repeats = std::max<std::uint64_t>(1, bytes / stream.part.size());
    const std::uint64_t all =
        stream.head.size() + repeats * stream.part.size() + stream.tail.size();
    compare(stream.format,
            [&](ByteSink &sink, const std::stop_token &) -> Result<> {
                INTACT_TRY(sink.write(bytes_of(stream.head)));
                for (std::uint64_t i = 0; i < repeats; ++i) {
                    INTACT_TRY(sink.write(bytes_of(stream.part)));
                }
                return sink.write(bytes_of(stream.tail));
            },
            {all, 1, rounds});
}

void as_made(const std::string &format, const std::string &command, int rounds) {
    const std::uint64_t bytes = output_of(command).size();
    compare(format,
            [&](ByteSink &sink, const std::stop_token &) -> Result<> {
                FILE *const pipe = popen(command.c_str(), "re");
                for (;;) {
                    INTACT_TRY_ASSIGN(const auto room, sink.space());
                    const std::size_t count = std::fread(room.data(), 1, room.size(), pipe);
                    if (count == 0) {
                        break;
                    }
                    sink.commit(count);
                }
                pclose(pipe);
                return {};
            },
            {bytes, 1, rounds});
}

// What a real server dumped, again and again.
void dump(const std::string &format, const std::filesystem::path &path, std::uint64_t bytes,
          int rounds) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty()) {
        std::printf("  %-16s no such dump: its server is not installed\n", format.c_str());
        return;
    }
    compare(
        format, [&](ByteSink &sink, const std::stop_token &) { return sink.write(bytes_of(text)); },
        {text.size(), static_cast<int>(std::max<std::uint64_t>(1, bytes / text.size())), rounds});
}

std::string text_of(std::size_t bytes) {
    std::mt19937_64 random(1);
    std::string text;
    while (text.size() < bytes) {
        text += fmt::format("{{\"id\":{},\"text\":\"{:016x}{:016x}{:016x}\",\"ok\":true}}\n",
                            text.size(), random(), random(), random());
    }
    return text;
}

Stream redis_of(const std::string &text, std::uint64_t bytes) {
    Stream stream{"redis-rdb", "REDIS0011", text, "\xff"};
    formats::Crc64 crc = formats::Crc64::redis();
    crc.update(bytes_of(stream.head));
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(1, bytes / text.size()); ++i) {
        crc.update(bytes_of(text));
    }
    crc.update(bytes_of(stream.tail));
    const std::uint64_t value = crc.value();
    stream.tail.append(reinterpret_cast<const char *>(&value), sizeof value);
    return stream;
}

} // namespace

int main(int argc, char **argv) {
    const std::uint64_t bytes = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 512) << 20;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    char directory[] = "/tmp/intact-bench.XXXXXX";
    if (mkdtemp(directory) == nullptr) {
        return 1;
    }
    const std::string base(directory);
    const std::string text = text_of(8 << 20);
    FILE *const file = std::fopen((base + "/text").c_str(), "w");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    const std::string tar = output_of("tar -b 1 -C " + base + " -cf - text");
    const std::string member = tar.substr(0, tar.size() - 1024);

    std::printf("as fast as memory gives it (time beside raw)\n");
    from_memory({"tar", "", member, std::string(1024, '\0')}, bytes, rounds);
    from_memory({"regex", "", text, "end\n"}, bytes, rounds);
    from_memory({"mysqldump", "", text, "\n-- Dump completed\n"}, bytes, rounds);
    from_memory(redis_of(text, bytes), bytes, rounds);
    from_memory({"jsonl", "", text, ""}, bytes, rounds);
    for (const auto &[format, command] :
         {std::pair("gzip", "gzip"), {"zstd", "zstd -q"}, {"xz", "xz -1"}, {"bzip2", "bzip2"}}) {
        from_memory({format, "", output_of(fmt::format("{} -c {}/text", command, base)), ""},
                    bytes / 8, rounds);
    }

    if (argc > 3) {
        const std::filesystem::path dumps(argv[3]);
        std::printf("as fast as memory gives it, of servers that are filled\n");
        for (const auto &[format, name] : {std::pair("pgdump-custom", "pg.custom-plain"),
                                           {"pgdump-custom", "pg.custom"},
                                           {"pgdump-tar", "pg.tar"},
                                           {"pgdump-plain", "pg.sql"},
                                           {"mysqldump", "my.sql"},
                                           {"redis-rdb", "re.rdb"},
                                           {"sqlite", "sqlite.db"},
                                           {"mongodb-archive", "mongodb.archive"}}) {
            dump(format, dumps / name, bytes, rounds);
        }
    }

    std::printf("as its tool makes it\n");
    const std::string files =
        fmt::format("{0}/text {0}/text {0}/text {0}/text {0}/text {0}/text", base);
    for (const auto &[format, command] :
         {std::pair("gzip", "gzip"), {"zstd", "zstd -q -9"}, {"xz", "xz -1"}, {"bzip2", "bzip2"}}) {
        as_made(format, fmt::format("cat {} | {} -c", files, command), rounds);
    }
    as_made("tar+gzip", fmt::format("tar -C {} -cf - text text text text | gzip -c", base), rounds);
    return std::system(("rm -r " + base).c_str());
}
