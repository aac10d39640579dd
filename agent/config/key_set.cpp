#include "config/key_table.hpp"

#include <algorithm>

namespace intact::config {
namespace {

std::string_view table_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

std::string_view leaf_of(std::string_view name) {
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0: the whole name
}

} // namespace

const Key *KeySet::find(std::string_view name) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [name](const Key &key) { return key.name == name; });
    return found == keys_.end() ? nullptr : &*found;
}

bool KeySet::is_table(std::string_view name) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [name](const Key &key) { return table_of(key.name) == name; });
}

std::vector<std::string> KeySet::names_in(std::string_view table) const {
    const std::string prefix = table.empty() ? "" : std::string(table) + ".";
    std::vector<std::string> names;
    for (const Key &key : keys_) {
        if (!key.name.starts_with(prefix)) {
            continue;
        }
        const std::string_view below = key.name.substr(prefix.size());
        const std::string_view name = below.substr(0, below.find('.'));
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.emplace_back(name);
        }
    }
    return names;
}

std::vector<std::string> KeySet::tables_with(std::string_view leaf) const {
    std::vector<std::string> tables;
    for (const Key &key : keys_) {
        if (leaf_of(key.name) == leaf) {
            tables.emplace_back(table_of(key.name));
        }
    }
    return tables;
}

} // namespace intact::config
