#include "destination/intent.hpp"

#include "destination/content.hpp"
#include "destination/lost_clusters.hpp"
#include "destination/untrusted_json.hpp"
#include "pipeline/digest.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::destination {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned kIntentFormat = 1;
constexpr std::size_t kLimitBytes = 16u << 10;
constexpr std::size_t kIntentDigestDigits = 64;
constexpr std::array kVariants{Variant::rename, Variant::link_guard, Variant::exchange,
                               Variant::held_rename, Variant::two_step};

// Names may be any bytes, and JSON takes none but UTF-8.
std::string hex(std::string_view bytes) {
    std::string digits;
    for (const char byte : bytes) {
        digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return digits;
}

std::string unhex(const std::string &digits) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    }
    return bytes;
}

Json to_json(const Content &content) {
    return {{"bytes", content.bytes}, {"sha256", content.sha256}};
}

Content content_from(const Json &json) {
    return {json.at("bytes").get<std::uint64_t>(), json.at("sha256").get<std::string>()};
}

Json to_json(const MovingFile &file) {
    Json json{{"staged", file.staged}, {"final", hex(file.final)}, {"fresh", to_json(file.fresh)}};
    if (file.previous) {
        json["previous"] = to_json(*file.previous);
    }
    return json;
}

// A name in the directory, never a way out of it.
std::string plain_name(std::string name) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos) {
        throw std::invalid_argument("a name in it is none");
    }
    return name;
}

MovingFile file_from(const Json &json) {
    MovingFile file;
    file.staged = plain_name(json.at("staged").get<std::string>());
    file.final = plain_name(unhex(json.at("final").get<std::string>()));
    file.guard = guard_name(file.staged);
    file.fresh = content_from(json.at("fresh"));
    if (json.contains("previous")) {
        file.previous = content_from(json.at("previous"));
    }
    return file;
}

Variant variant_named(const std::string &name) {
    for (const Variant variant : kVariants) {
        if (name_of(variant) == name) {
            return variant;
        }
    }
    throw std::invalid_argument("its variant is not known");
}

Intent intent_from(const Json &json) {
    if (json.at("format").get<unsigned>() != kIntentFormat) {
        throw std::invalid_argument("its format is not known");
    }
    Intent intent;
    intent.run_id = json.at("run").get<std::string>();
    intent.number = json.at("number").get<std::uint64_t>();
    intent.state =
        json.at("committed").get<bool>() ? IntentState::committed : IntentState::prepared;
    intent.variant = variant_named(json.at("variant").get<std::string>());
    const Json &files = json.at("files");
    for (std::size_t at = 0; at < intent.backup.size(); ++at) {
        intent.backup[at] = file_from(files.at(at));
    }
    return intent;
}

Error unreadable(std::string_view why) {
    return Error(ErrorCode::manifest_damaged, fmt::format("intent record: {}", why));
}

} // namespace

std::string render_intent(const Intent &intent) {
    Json json{{"format", kIntentFormat},
              {"run", intent.run_id},
              {"number", intent.number},
              {"committed", intent.state == IntentState::committed},
              {"variant", name_of(intent.variant)},
              {"files", Json::array()}};
    for (const MovingFile &file : intent.backup) {
        json["files"].push_back(to_json(file));
    }
    const std::string text = json.dump();
    return fmt::format("{} {}\n", pipeline::Sha256::of(text), text);
}

Result<Intent> parse_intent(std::string_view text) {
    if (text.size() < kIntentDigestDigits + 2 || text[kIntentDigestDigits] != ' ' ||
        text.back() != '\n') {
        return fail(unreadable("cut short"));
    }
    const std::string_view record =
        text.substr(kIntentDigestDigits + 1, text.size() - kIntentDigestDigits - 2);
    if (text.substr(0, kIntentDigestDigits) != pipeline::Sha256::of(record)) {
        return fail(unreadable("it does not match its own digest"));
    }
    try {
        return intent_from(parse_untrusted<Json>(record));
    } catch (const std::exception &e) {
        return fail(unreadable(e.what()));
    }
}

IntentSlots::IntentSlots(const os::Directory &directory, const std::string &run_id)
    : directory_(directory), a_(fmt::format(".intact-{}.intent-a", run_id)),
      b_(fmt::format(".intact-{}.intent-b", run_id)) {}

Result<IntentSlots::Slot> IntentSlots::look(const std::string &name) const {
    if (has_lost_clusters(directory_, name)) {
        return Slot{name, {}};
    }
    const auto text = directory_.read_file(name, kLimitBytes);
    if (!text) {
        const Error &error = text.error();
        const bool is_no_record = error.sys_errno() == ENOENT || is_damage(error) ||
                                  error.code() == ErrorCode::file_too_large;
        return is_no_record ? Result<Slot>(Slot{name, {}}) : fail(error);
    }
    const auto intent = parse_intent(*text);
    return Slot{name, intent ? std::optional(*intent) : std::nullopt};
}

Result<std::optional<Intent>> IntentSlots::read() const {
    // The first one tells all that recovery needs, and what is torn is better not read.
    INTACT_TRY_ASSIGN(const Slot a, look(a_));
    if (a.intent) {
        return a.intent;
    }
    INTACT_TRY_ASSIGN(const Slot b, look(b_));
    return b.intent;
}

Result<> IntentSlots::write(Intent intent) const {
    INTACT_TRY_ASSIGN(const Slot a, look(a_));
    INTACT_TRY_ASSIGN(const Slot b, look(b_));
    const std::uint64_t number_a = a.intent ? a.intent->number : 0;
    const std::uint64_t number_b = b.intent ? b.intent->number : 0;
    intent.number = std::max(number_a, number_b) + 1;
    const std::string &older = number_a <= number_b ? a_ : b_;
    INTACT_TRY(directory_.remove_if_there(older));
    INTACT_TRY_ASSIGN(os::File file, directory_.create(older));
    INTACT_TRY(file.write_all(render_intent(intent)));
    INTACT_TRY(file.sync());
    INTACT_TRY(file.close());
    return directory_.sync();
}

Result<> IntentSlots::remove() const {
    INTACT_TRY(directory_.remove_if_there(a_));
    INTACT_TRY(directory_.remove_if_there(b_));
    return directory_.sync();
}

} // namespace intact::destination
