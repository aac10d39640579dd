#include "config/schema.hpp"

#include "config/choices.hpp"
#include "config/key_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace intact::config {
namespace {

// Keys keep the order of the manual.
using Json = nlohmann::ordered_json;

constexpr const char *kDraft = "http://json-schema.org/draft-07/schema#";

/// As intact.toml(5) calls it.
std::string_view word_for(Kind kind) {
    switch (kind) {
    case Kind::boolean:
        return "boolean";
    case Kind::integer:
        return "integer";
    case Kind::duration:
        return "duration";
    case Kind::size:
        return "size";
    case Kind::choice:
        return "choice";
    case Kind::texts:
        return "list of strings";
    case Kind::flag_or_text:
        return "boolean or string";
    case Kind::text_or_texts:
        return "string or list of strings";
    case Kind::table_of_texts:
        return "table of strings";
    case Kind::environment:
        return "table of strings or references";
    case Kind::text_or_table:
        return "string or table of strings";
    case Kind::secret:
        return "string or reference";
    case Kind::text:
        break;
    }
    return "string";
}

/// What a variable may be: the text itself, or where it is.
Json variable_forms() {
    const Json text{{"type", "string"}};
    const auto reference = [](const char *key, Json properties) {
        return Json{{"type", "object"},
                    {"properties", std::move(properties)},
                    {"required", Json::array({key})},
                    {"additionalProperties", false}};
    };
    const Json argv{{"type", "array"}, {"items", text}, {"minItems", 1}};
    return Json::array(
        {text,
         reference("credential", {{"credential", text}, {"as", {{"enum", kCredentialForms}}}}),
         reference("file", {{"file", text}}), reference("command", {{"command", argv}})});
}

void add_type(const Key &key, Json &schema) {
    const Json text{{"type", "string"}};
    switch (key.kind) {
    case Kind::boolean:
        schema["type"] = "boolean";
        break;
    case Kind::integer:
        schema["type"] = "integer";
        schema["minimum"] = key.minimum;
        schema["maximum"] = key.maximum;
        break;
    case Kind::choice:
        schema["enum"] = std::vector<std::string>(key.choices.begin(), key.choices.end());
        break;
    case Kind::texts:
        schema["type"] = "array";
        schema["items"] = text;
        break;
    case Kind::flag_or_text:
        schema["type"] = {"boolean", "string"};
        break;
    case Kind::text_or_texts:
        schema["type"] = {"string", "array"};
        schema["items"] = text;
        break;
    case Kind::table_of_texts:
        schema["type"] = "object";
        schema["additionalProperties"] = key.choices.empty() ? text : Json{{"enum", key.choices}};
        break;
    case Kind::text_or_table:
        schema["anyOf"] = Json::array(
            {Json{{"enum", key.choices}},
             Json{{"type", "object"}, {"additionalProperties", {{"enum", key.choices}}}}});
        break;
    case Kind::environment:
        schema["type"] = "object";
        schema["additionalProperties"] = {{"anyOf", variable_forms()}};
        break;
    case Kind::secret:
        schema["anyOf"] = variable_forms();
        break;
    default:
        schema["type"] = "string";
    }
}

Json schema_of(const Key &key) {
    Json schema{{"description", std::string(key.summary)}};
    schema["x-intact-type"] = word_for(key.kind);
    for (std::size_t type = 0; type < kSourceTypes.size(); ++type) {
        if ((key.used_by & only(static_cast<SourceType>(type))) != 0) {
            schema["x-intact-sources"].push_back(kSourceTypes.at(type));
        }
    }
    if (schema.contains("x-intact-sources")) {
        schema["description"] = fmt::format(
            "{} (with source.type {} only)", key.summary,
            fmt::join(schema["x-intact-sources"].get<std::vector<std::string>>(), ", "));
    }
    add_type(key, schema);
    if (!key.builtin.empty()) {
        // TOML spells a string, a number, a boolean and a list of strings as JSON does.
        schema["default"] = Json::parse(key.builtin);
    }
    return schema;
}

Json table(Json properties) {
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"patternProperties", {{"^x-", Json::object()}}},
            {"additionalProperties", false}};
}

/// What stands below a table: "" for the top. No table lies deeper than one.
Json properties_of(const KeySet &keys, const std::string &holder) {
    Json properties = Json::object();
    for (const std::string &name : keys.names_in(holder)) {
        const std::string full = holder.empty() ? name : holder + "." + name;
        const Key *key = keys.find(full);
        properties[name] = key != nullptr ? schema_of(*key) : table(properties_of(keys, full));
    }
    return properties;
}

std::string document(std::string_view title, std::string_view description, const Json &content) {
    Json schema{{"$schema", kDraft}, {"title", title}, {"description", description}};
    schema.update(content);
    return schema.dump(2) + "\n";
}

} // namespace

std::string job_schema() {
    return document("A job of Intact", "jobs.d/NAME.toml, see intact.toml(5)",
                    table(properties_of(job_keys(), "")));
}

std::string agent_schema() {
    Json properties = properties_of(agent_keys(), "");
    Json defaults = table(properties_of(job_keys(), ""));
    defaults["description"] = "What is true of every job that does not say otherwise";
    properties["defaults"] = std::move(defaults);
    return document("Intact", "intact.toml, see intact.toml(5)", table(std::move(properties)));
}

} // namespace intact::config
