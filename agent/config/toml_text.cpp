#include "config/toml_text.hpp"

#include <fmt/format.h>

namespace intact::config {

std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += fmt::format("\\{}", c);
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string toml_text(const std::vector<std::string> &texts) {
    std::string out = "[";
    for (const std::string &text : texts) {
        out += (out.size() == 1 ? "" : ", ") + toml_text(text);
    }
    return out + "]";
}

} // namespace intact::config
