// Any bytes as a stream of any format: the first byte says which, the second in what pieces it
// comes. The check ends well or says what it lacks, and in one piece it finds the same.
#include "formats/make_check.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>

using namespace intact;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool is_whole(const formats::CheckOptions &options, std::span<const std::byte> stream,
              std::size_t piece) {
    const auto check = formats::make_check(options);
    Result<> checked;
    while (checked && !stream.empty()) {
        const auto head = stream.first(std::min(piece, stream.size()));
        checked = check->feed(head);
        stream = stream.subspan(head.size());
    }
    checked = checked ? check->finish() : checked;
    require(checked || checked.error().code() == ErrorCode::source_incomplete);
    require(!checked || !check->finding().proven.empty());
    return checked.has_value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    formats::CheckOptions options;
    options.format.kind = static_cast<formats::Kind>(1 + data[0] % (formats::kKinds.size() - 1));
    options.end_pattern = "(a|b)*c$";
    options.end_window = 32;
    const auto stream = std::as_bytes(std::span(data + 2, size - 2));
    require(is_whole(options, stream, 1 + data[1] % 64) == is_whole(options, stream, size));
    return 0;
}
