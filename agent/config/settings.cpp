#include "config/settings.hpp"

#include "base/quantity.hpp"
#include "config/rules.hpp"
#include "config/toml_text.hpp"

#include <cstdint>
#include <fmt/format.h>

namespace intact::config {
namespace {

// What a variable holds may be a password, and nothing tells which does.
constexpr std::string_view kHidden = "\"***\"";

std::string spelled_size(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 4> kUnits{"B", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size(); ++unit) {
        bytes /= 1024;
    }
    return fmt::format("\"{}{}\"", bytes, kUnits[unit]);
}

std::string spelled(const VariableValue &value);

struct Speller {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(const std::string &value) const { return toml_text(value); }
    std::string operator()(const std::vector<std::string> &value) const { return toml_text(value); }
    std::string operator()(std::chrono::microseconds value) const {
        return "\"" + format_duration(value) + "\"";
    }
    std::string operator()(std::uint64_t value) const { return spelled_size(value); }
    std::string operator()(const Entry &value) const { return spelled(value.value); }
    // Written variable by variable, see append_environment().
    std::string operator()(const std::map<std::string, Entry> &) const { return ""; }
};

std::string spelled(const VariableValue &value) {
    switch (value.from) {
    case VariableValue::From::credential:
        return fmt::format("{{ credential = {}, as = \"content\" }}", toml_text(value.text));
    case VariableValue::From::credential_path:
        return fmt::format("{{ credential = {}, as = \"path\" }}", toml_text(value.text));
    case VariableValue::From::file:
        return fmt::format("{{ file = {} }}", toml_text(value.text));
    case VariableValue::From::command:
        return fmt::format("{{ command = {} }}", toml_text(value.command));
    case VariableValue::From::text:
        break;
    }
    return std::string(kHidden);
}

bool has_meaning(const Key &key, const Job &job) {
    if (key.name.starts_with("schedule.")) {
        return job.schedule.has_value();
    }
    if (key.name == "archive.level") {
        return job.archive.compression != Compression::none;
    }
    return key.used_by == 0 || (key.used_by & only(job.source_type())) != 0;
}

Effective::Found found_for(const Key &key, const Effective &values) {
    if (key.name == "source.pod") {
        return values.find_unless("source.pod", "source.selector");
    }
    if (key.name == "source.selector") {
        return values.find_unless("source.selector", "source.pod");
    }
    return key.name == "archive.level" ? level_of(values) : values.find(key.name);
}

Setting setting_of(const Key &key, std::string value, const Effective::Found &found) {
    const bool is_written = found.layer != nullptr && !found.layer->file.empty();
    return {std::string(key.name), std::move(value), is_written ? found.layer->file : "",
            is_written ? found.value->key.line : 0};
}

void append_environment(const Key &key, const Effective &values, std::vector<Setting> &settings) {
    for (const Variable &variable : environment_of(values, key.name)) {
        settings.push_back({fmt::format("{}.{}", key.name, variable.name),
                            key.kind == Kind::environment ? spelled(variable.value)
                                                          : toml_text(variable.value.text),
                            variable.file, variable.line});
    }
}

} // namespace

std::vector<Variable> environment_of(const Effective &values, std::string_view key) {
    std::map<std::string, Variable> merged;
    for (const Layer *layer : {&values.job(), &values.defaults()}) {
        const Effective::Found found{layer->find(key), layer};
        for (const auto &[name, entry] : Effective::value_as<std::map<std::string, Entry>>(found)) {
            merged.try_emplace(name, Variable{name, entry.value, layer->file, entry.span.line});
        }
    }
    std::vector<Variable> variables;
    for (auto &[name, variable] : merged) {
        variables.push_back(std::move(variable));
    }
    return variables;
}

std::vector<Setting> settings_of(const Job &job, const Effective &values) {
    std::vector<Setting> settings;
    for (const Key &key : job_keys().all()) {
        if (!has_meaning(key, job)) {
            continue;
        }
        if (key.kind == Kind::environment || key.kind == Kind::table_of_texts ||
            key.kind == Kind::text_or_table) {
            append_environment(key, values, settings);
            continue;
        }
        const Effective::Found found = found_for(key, values);
        if (found.value != nullptr) {
            settings.push_back(setting_of(key, std::visit(Speller{}, found.value->data), found));
        } else if (key.name == "destination.path") {
            settings.push_back(setting_of(key, toml_text(job.destination.path), found));
        } else if (key.name == "archive.level") {
            settings.push_back(setting_of(key, std::to_string(job.archive.level), found));
        }
    }
    return settings;
}

} // namespace intact::config
