#include "unit/formats/streams.hpp"

#include "formats/crc64.hpp"
#include "support/temp_dir.hpp"

#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>

namespace intact::test {
namespace {

constexpr const char *kMakeFiles = R"(
noise() { openssl enc -aes-128-ctr -K "$1" -iv 00 -nosalt </dev/zero 2>/dev/null | head -c "$2"; }
mkdir -p tree/empty tree/$(printf 'd%.0s' $(seq 90)) &&
noise 01 2000000 >tree/noise &&
noise 02 3000000 | base64 -w 100 >text && head -c 1000000 text >part &&
for i in $(seq 200); do noise 03$i $((i * 37)) >tree/file-$i; done &&
echo hello >small && cp small tree && ln tree/small tree/link && ln -s small tree/sym &&
mkfifo tree/pipe && truncate -s 3M tree/sparse && echo end >>tree/sparse &&
echo x >tree/$(printf 'd%.0s' $(seq 90))/$(printf 'n%.0s' $(seq 95)) &&
noise 04 1500000 | base64 -w 60 |
    awk '{ printf "{\"id\":%d,\"text\":\"%s\",\"list\":[1,-2.5e3,true,null,{\"deep\":[\"\\u00e9\"]}]}\n", NR, $0 }' >lines &&
awk -F'"' 'BEGIN { print "CREATE TABLE t (id INTEGER PRIMARY KEY, text); BEGIN;" }
    { printf "INSERT INTO t (text) VALUES (\"%s\");\n", $6 }
    END { print "COMMIT; CREATE INDEX i ON t (text);" }' lines | sqlite3 database
)";

const TempDir &streams_dir() {
    static const TempDir dir;
    static const bool is_filled = [] {
        dir.write("make.sh", kMakeFiles);
        const auto made = run_program("cd " + dir.path() + " && bash make.sh");
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return true;
    }();
    EXPECT_TRUE(is_filled);
    return dir;
}

void put_word(std::string &out, std::uint32_t word) {
    out.append(reinterpret_cast<const char *>(&word), sizeof word);
}

std::string text_element(std::string_view name, std::string_view text) {
    std::string element = "\x02" + std::string(name) + '\0';
    put_word(element, static_cast<std::uint32_t>(text.size() + 1));
    return element.append(text) + '\0';
}

std::string document(const std::string &elements) {
    std::string bson;
    put_word(bson, static_cast<std::uint32_t>(elements.size() + 5));
    return bson + elements + '\0';
}

std::string segment_header(std::size_t collection, bool is_end, std::uint64_t crc) {
    std::string number(reinterpret_cast<const char *>(&crc), sizeof crc);
    return document(text_element("db", "shop") +
                    text_element("collection", "c" + std::to_string(collection)) +
                    "\x08"
                    "EOF" +
                    '\0' + (is_end ? '\1' : '\0') +
                    "\x12"
                    "CRC" +
                    '\0' + number);
}

} // namespace

std::string stream_of(const std::string &command) {
    const TempDir &dir = streams_dir();
    dir.write("command.sh", "set -o pipefail\n" + command + "\n");
    const auto made = run_program("cd " + dir.path() + " && bash command.sh >out.stream");
    EXPECT_EQ(made.exit_code, 0) << command << ": " << made.output;
    return read_file(dir / "out.stream");
}

const std::string &dump(const std::string &name) {
    static const TempDir dir;
    static const bool is_filled = [] {
        std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
        const auto made = run_program(std::string(INTACT_TEST_SUPPORT) + "/dumps.sh " + dir.path());
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return made.exit_code == 0;
    }();
    static std::map<std::string, std::string> dumps;
    const auto [found, is_new] = dumps.try_emplace(name);
    if (is_new && is_filled && std::filesystem::exists(dir / name)) {
        found->second = read_file(dir / name);
    }
    return found->second;
}

std::string compressed(const std::string &stream, const std::string &program) {
    streams_dir().write("in.stream", stream);
    return stream_of(program + " <in.stream");
}

std::string mongodb_archive(std::size_t collections, std::size_t documents_each) {
    std::string archive;
    put_word(archive, 0x8199e26d);
    archive += document("\x10"
                        "concurrent_collections" +
                        std::string(1, '\0') + std::string("\4\0\0\0", 4) +
                        text_element("version", "0.1") + text_element("server_version", "7.0.2") +
                        text_element("tool_version", "100.9.0"));
    std::vector<formats::Crc64> digests(collections, formats::Crc64::ecma());
    for (std::size_t i = 0; i < collections; ++i) {
        archive += document(text_element("db", "shop") +
                            text_element("collection", "c" + std::to_string(i)) +
                            text_element("metadata", "{\"options\":{},\"indexes\":[]}"));
    }
    put_word(archive, 0xffffffff);
    // The last collection stays empty: of it only the end is told.
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i + 1 < collections; ++i) {
            archive += segment_header(i, false, 0);
            for (std::size_t one = 0; one < documents_each; ++one) {
                const std::string bson = document(
                    text_element("text", std::string(one % 200, static_cast<char>('a' + i % 26))));
                digests[i].update(bytes_of(bson));
                archive += bson;
            }
            put_word(archive, 0xffffffff);
        }
    }
    for (std::size_t i = 0; i < collections; ++i) {
        archive += segment_header(i, true, digests[i].value());
        put_word(archive, 0xffffffff);
    }
    return archive;
}

bool has_program(const std::string &name) {
    return run_program("command -v " + name).exit_code == 0;
}

std::unique_ptr<formats::StreamCheck> check_named(std::string_view format,
                                                  std::string_view pattern) {
    formats::CheckOptions options;
    const auto parsed = formats::Format::parse(format);
    EXPECT_TRUE(parsed) << format;
    options.format = parsed.value_or(formats::Format{});
    options.end_pattern = pattern;
    return formats::make_check(options);
}

Result<> run_check(formats::StreamCheck &check, std::string_view stream,
                   const std::function<std::size_t()> &piece) {
    while (!stream.empty()) {
        const std::string_view head = stream.substr(0, piece());
        INTACT_TRY(check.feed(bytes_of(head)));
        stream.remove_prefix(head.size());
    }
    return check.finish();
}

Result<> run_check(formats::StreamCheck &check, std::string_view stream, std::size_t piece) {
    return run_check(check, stream, [piece] { return piece; });
}

} // namespace intact::test
