#include "vm/powercut/crash_image.hpp"

#include "pipeline/digest.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <string_view>

namespace intact::powercut {
namespace {

constexpr std::size_t kAllSubsetsUpTo = 6; ///< writes: 64 subsets
constexpr std::size_t kRandomSubsets = 16;
constexpr unsigned kSeed = 20260101;

struct Epoch {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::size_t> writes;
};

std::vector<Epoch> epochs_of(const std::vector<LogEntry> &log) {
    std::vector<Epoch> epochs{Epoch{}};
    for (std::size_t at = 0; at < log.size(); ++at) {
        if (log[at].flushes) {
            epochs.push_back({at, at, {}});
        }
        epochs.back().end = at + 1;
        if (log[at].is_write()) {
            epochs.back().writes.push_back(at);
        }
    }
    return epochs;
}

/// Chooses writes of one epoch.
class Chooser {
public:
    Chooser(const std::vector<LogEntry> &log, const Epoch &epoch) : log_(log), epoch_(epoch) {}

    void keep(const auto &is_kept) {
        std::vector<std::size_t> kept;
        for (std::size_t at = 0; at < epoch_.writes.size(); ++at) {
            if (is_kept(at)) {
                kept.push_back(epoch_.writes[at]);
            }
        }
        chosen_.insert(with_forced(std::move(kept)));
    }
    std::set<std::vector<std::size_t>> chosen() && { return std::move(chosen_); }

private:
    // A forced write is logged when the disk has it, a plain one at the next flush. One that stands
    // behind a forced write may have been sent only because that was durable, so it never goes
    // without it.
    std::vector<std::size_t> with_forced(std::vector<std::size_t> kept) const {
        const std::size_t last = kept.empty() ? 0 : kept.back();
        for (const std::size_t at : epoch_.writes) {
            if (log_[at].forced && at < last) {
                kept.push_back(at);
            }
        }
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        return kept;
    }

    const std::vector<LogEntry> &log_;
    const Epoch &epoch_;
    std::set<std::vector<std::size_t>> chosen_;
};

std::set<std::vector<std::size_t>> choices(const std::vector<LogEntry> &log, const Epoch &epoch,
                                           std::mt19937 &random) {
    const std::size_t count = epoch.writes.size();
    Chooser chooser(log, epoch);
    if (count <= kAllSubsetsUpTo) {
        for (std::size_t set = 0; set < std::size_t{1} << count; ++set) {
            chooser.keep([&](std::size_t at) { return (set >> at & 1) != 0; });
        }
        return std::move(chooser).chosen();
    }
    for (std::size_t one = 0; one <= count; ++one) {
        chooser.keep([&](std::size_t at) { return at < one; });
        chooser.keep([&](std::size_t at) { return at != one; });
        chooser.keep([&](std::size_t at) { return at == one; });
    }
    for (std::size_t more = 0; more < kRandomSubsets; ++more) {
        chooser.keep([&](std::size_t) { return (random() & 1) != 0; });
    }
    return std::move(chooser).chosen();
}

} // namespace

std::vector<CrashImage> crash_images(const std::vector<LogEntry> &log, std::size_t from) {
    std::mt19937 random(kSeed); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same images each time
    // By rank: at a flush, in an epoch; each first from `from` on, then before it.
    std::vector<CrashImage> ranked[4];
    for (const Epoch &epoch : epochs_of(log)) {
        for (const auto &kept : choices(log, epoch, random)) {
            const std::size_t rank = kept.empty() ? 0 : 1;
            ranked[rank + (epoch.end > from ? 0 : 2)].push_back({epoch.begin, kept});
        }
    }
    std::vector<CrashImage> images;
    for (auto &rank : ranked) {
        std::shuffle(rank.begin(), rank.end(), random);
        images.insert(images.end(), rank.begin(), rank.end());
    }
    return images;
}

bool may_follow(const std::vector<LogEntry> &log, const CrashImage &image, std::size_t mark) {
    if (mark < image.epoch_begin) {
        return true;
    }
    for (std::size_t at = image.epoch_begin; at < mark; ++at) {
        // What was durable at the mark and is missing here: the cut came before.
        const bool is_kept = std::binary_search(image.kept.begin(), image.kept.end(), at);
        const bool ends_epoch = at > image.epoch_begin && log[at].flushes;
        if (ends_epoch || (log[at].is_write() && log[at].forced && !is_kept)) {
            return false;
        }
    }
    return true;
}

Sectors sectors_of(const std::vector<LogEntry> &log, const CrashImage &image,
                   std::span<const std::byte> before) {
    Sectors sectors;
    const auto apply = [&](const LogEntry &entry) {
        for (std::size_t at = 0; at < entry.data.size(); at += kSectorBytes) {
            sectors[entry.sector + at / kSectorBytes] = entry.data.data() + at;
        }
    };
    for (std::size_t at = 0; at < image.epoch_begin; ++at) {
        apply(log[at]);
    }
    for (const std::size_t at : image.kept) {
        apply(log[at]);
    }
    std::erase_if(sectors, [&](const auto &sector) {
        return std::memcmp(before.data() + sector.first * kSectorBytes, sector.second,
                           kSectorBytes) == 0;
    });
    return sectors;
}

std::string digest_of(const Sectors &sectors) {
    pipeline::Sha256 digest;
    for (const auto &[number, bytes] : sectors) {
        digest.update(std::as_bytes(std::span(&number, 1)));
        digest.update(std::span(bytes, kSectorBytes));
    }
    return digest.finish();
}

} // namespace intact::powercut
