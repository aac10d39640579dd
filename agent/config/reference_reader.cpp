#include "config/reference_reader.hpp"

#include "config/choices.hpp"
#include "config/config.hpp"
#include "config/plain_secrets.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::config {
namespace {

constexpr std::array<std::string_view, 4> kReferenceKeys{"credential", "file", "command", "as"};
constexpr std::string_view kOneOf = "one of { credential = \"NAME\" }, { file = \"/PATH\" }, "
                                    "{ command = [\"PROGRAM\", \"ARGUMENT\"] }";

class ReferenceReader {
public:
    ReferenceReader(const std::string &full, const toml::table &table, const SourceText &text,
                    Remarks &remarks)
        : full_(full), table_(table), text_(text), remarks_(remarks) {}

    std::optional<VariableValue> read(const std::string &variable, Span place) {
        if (!has_known_keys() || !has_one_place(place)) {
            return std::nullopt;
        }
        VariableValue value;
        if (const toml::node *argv = table_.get("command")) {
            value.from = VariableValue::From::command;
            value.command = words(*argv);
        } else if (const toml::node *path = table_.get("file")) {
            value.from = VariableValue::From::file;
            value.text = word("file", *path, check_absolute);
        } else {
            value.text = word("credential", *table_.get("credential"), check_credential_name);
            value.from = form(variable, place);
        }
        return is_good_ ? std::optional(std::move(value)) : std::nullopt;
    }

private:
    void refuse(Code code, Span span, std::string message, std::string label, std::string hint) {
        is_good_ = false;
        remarks_.add(code, span, {std::move(message), std::move(label), std::move(hint)});
    }

    Span place_of(const toml::node &node) const { return span_of(node.source(), text_); }

    std::string name_of(std::string_view key) const { return fmt::format("'{}.{}'", full_, key); }

    bool has_known_keys() {
        for (const auto &[key, node] : table_) {
            if (std::find(kReferenceKeys.begin(), kReferenceKeys.end(), key.str()) !=
                kReferenceKeys.end()) {
                continue;
            }
            const std::vector<std::string> likely =
                nearest(key.str(), {kReferenceKeys.begin(), kReferenceKeys.end()});
            refuse(Code::unknown_key, span_of(key.source(), text_),
                   fmt::format("unknown key {} in '{}'", ticked(key.str()), full_),
                   likely.empty() ? "" : fmt::format("did you mean '{}'?", likely.front()),
                   std::string(kOneOf));
        }
        return is_good_;
    }

    bool has_one_place(Span place) {
        const auto count =
            std::count_if(kReferenceKeys.begin(), kReferenceKeys.end() - 1,
                          [&](std::string_view key) { return table_.contains(key); });
        if (count == 0) {
            refuse(Code::missing_key, place, fmt::format("'{}' does not say where it is", full_),
                   "", std::string(kOneOf));
        } else if (count > 1) {
            refuse(Code::contradiction, place,
                   fmt::format("'{}' can come from one place only", full_), "keep one of them",
                   std::string(kOneOf));
        } else if (table_.contains("as") && !table_.contains("credential")) {
            refuse(Code::contradiction, place_of(*table_.get("as")),
                   name_of("as") + " is for a credential only", "leave it out",
                   "of a file or a command it is always the content");
        }
        return is_good_;
    }

    std::string word(std::string_view key, const toml::node &node, Check check) {
        if (!node.is_string()) {
            refuse(Code::wrong_type, place_of(node), name_of(key) + " must be a string",
                   fmt::format("found {}", kind_of(node)), "");
            return "";
        }
        const std::string &value = node.as_string()->get();
        if (std::optional<Complaint> complaint = check(value)) {
            refuse(complaint->code, place_of(node),
                   fmt::format("{} {}", name_of(key), complaint->message),
                   std::move(complaint->label), std::move(complaint->hint));
        }
        return value;
    }

    std::vector<std::string> words(const toml::node &node) {
        std::vector<std::string> values;
        const toml::array *array = node.as_array();
        if (array == nullptr) {
            refuse(Code::wrong_type, place_of(node),
                   name_of("command") + " must be a list of strings",
                   fmt::format("found {}", kind_of(node)), "no shell reads it");
            return values;
        }
        for (const toml::node &one : *array) {
            values.push_back(word("command", one, check_argument));
        }
        if (is_good_ && (values.empty() || values.front().empty())) {
            refuse(Code::bad_text, place_of(node),
                   name_of("command") + " must start with a program", "", "");
        }
        return values;
    }

    VariableValue::From form(const std::string &variable, Span place) {
        const toml::node *node = table_.get("as");
        if (node == nullptr) {
            if (variable.empty()) {
                return VariableValue::From::credential;
            }
            // A path where a password is asked for is refused far from here, by a server.
            if (names_secret(variable)) {
                refuse(Code::missing_key, place,
                       fmt::format("'{}' does not say whether it is the credential's content or "
                                   "its path",
                                   full_),
                       "add as = \"content\"", "or as = \"path\" if that is what is meant");
            }
            return VariableValue::From::credential_path;
        }
        if (!node->is_string()) {
            word("as", *node, check_argument);
            return VariableValue::From::credential_path;
        }
        const std::string &value = node->as_string()->get();
        if (std::find(kCredentialForms.begin(), kCredentialForms.end(), value) ==
            kCredentialForms.end()) {
            refuse(Code::unknown_value, place_of(*node),
                   fmt::format("{} cannot be {}", name_of("as"), ticked(value)), "",
                   "one of \"path\", \"content\"");
        }
        if (variable.empty() && value == "path") {
            refuse(Code::contradiction, place_of(*node), name_of("as") + " cannot be \"path\"",
                   "leave it out", "the credential's content is meant here");
        }
        return value == "content" ? VariableValue::From::credential
                                  : VariableValue::From::credential_path;
    }

    const std::string &full_;
    const toml::table &table_;
    const SourceText &text_;
    Remarks &remarks_;
    bool is_good_ = true;
};

} // namespace

std::optional<VariableValue> read_reference(const std::string &full, const std::string &variable,
                                            Span place, const toml::table &table,
                                            const SourceText &text, Remarks &remarks) {
    return ReferenceReader(full, table, text, remarks).read(variable, place);
}

} // namespace intact::config
