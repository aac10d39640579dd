#include "pipeline/sparse_map.hpp"

namespace intact::pipeline {

std::vector<os::Extent> fit_extents(std::vector<os::Extent> extents, std::size_t limit) {
    constexpr std::uint64_t kFirstHoleBytes = 4096;
    for (std::uint64_t hole = kFirstHoleBytes; extents.size() > limit; hole *= 2) {
        std::vector<os::Extent> fewer;
        for (const os::Extent &extent : extents) {
            if (!fewer.empty() &&
                extent.offset - (fewer.back().offset + fewer.back().length) <= hole) {
                fewer.back().length = extent.offset + extent.length - fewer.back().offset;
            } else {
                fewer.push_back(extent);
            }
        }
        extents = std::move(fewer);
    }
    return extents;
}

} // namespace intact::pipeline
