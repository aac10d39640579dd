#include "config/reader.hpp"

#include "base/text.hpp"
#include "config/config.hpp"
#include "config/toml_node.hpp"
#include "config/value_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::config {
namespace {

struct Item {
    const toml::key *key;
    const toml::node *value;
};

/// Of a table, in the order of the file: toml++ gives them by name.
std::vector<Item> items_of(const toml::table &table) {
    std::vector<Item> items;
    for (const auto &[key, value] : table) {
        items.push_back({&key, &value});
    }
    std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) {
        const toml::source_position x = a.key->source().begin;
        const toml::source_position y = b.key->source().begin;
        return std::pair(x.line, x.column) < std::pair(y.line, y.column);
    });
    return items;
}

bool is_extension(std::string_view key) {
    return key.starts_with("x-");
}

class LayerReader {
public:
    LayerReader(const SourceText &text, Remarks &remarks) : text_(text), remarks_(remarks) {
        layer_.file = text.path();
    }

    /// `name` is the table's own: "" for the top, "source" and so on.
    void read(const toml::table &table, const std::string &name) {
        for (const Item &item : items_of(table)) {
            const std::string leaf(item.key->str());
            const std::string full = name.empty() ? leaf : name + "." + leaf;
            // A quoted key may hold a dot; it is not the path that it looks like.
            const bool has_dot = leaf.find('.') != std::string::npos;
            if (is_extension(leaf)) {
                continue;
            }
            if (const Key *key = has_dot ? nullptr : find_key(full)) {
                read_key(*key, item);
            } else if (!has_dot && !leaf.empty() && is_table(full)) {
                read_table(full, item);
            } else {
                refuse_unknown(name, leaf, item);
            }
        }
    }

    Layer take() {
        remark_on_scheduling();
        return std::move(layer_);
    }

private:
    void read_key(const Key &key, const Item &item) {
        layer_.mentioned.insert(key.name);
        if (std::optional<Value> value = read_value(key, *item.key, *item.value, text_, remarks_)) {
            layer_.values.emplace(key.name, std::move(*value));
        }
    }

    void read_table(const std::string &name, const Item &item) {
        layer_.tables.emplace(name, span_of(item.key->source(), text_));
        if (const toml::table *table = item.value->as_table()) {
            read(*table, name);
            return;
        }
        mention_all(name);
        remarks_.add(Code::wrong_type, span_of(*item.key, *item.value, text_),
                     {fmt::format("'{}' must be a table", name),
                      fmt::format("found {}", kind_of(*item.value)),
                      fmt::format("write [{}] on a line of its own, and its keys below it", name)});
    }

    /// So that a key, or what is below a table, is not reported as missing too.
    void mention_all(const std::string &name) {
        for (const Key &key : all_keys()) {
            if (key.name == name || key.name.starts_with(name + ".")) {
                layer_.mentioned.insert(key.name);
            }
        }
    }

    void refuse_unknown(const std::string &table, const std::string &leaf, const Item &item) {
        const std::vector<std::string> known = names_in(table);
        const std::vector<std::string> likely = nearest(leaf, known);
        const std::vector<std::string> homes = tables_with(leaf);
        Remark remark;
        remark.message = table.empty() ? fmt::format("unknown key {}", ticked(leaf))
                                       : fmt::format("unknown key {} in [{}]", ticked(leaf), table);
        if (!homes.empty()) {
            remark.label = homes.front().empty() ? "belongs at the top of the file"
                                                 : fmt::format("belongs in [{}]", homes.front());
        } else if (!table.empty() && !leaf.empty() && is_table(leaf)) {
            remark.label = fmt::format("[{}] stands on its own, not in [{}]", leaf, table);
        } else if (!likely.empty()) {
            remark.label = fmt::format("did you mean '{}'?", likely.front());
            mention_all(table.empty() ? likely.front() : table + "." + likely.front());
        } else if (table.empty() && leaf == "defaults") {
            remark.hint = "[defaults] stands in intact.toml, and holds for all jobs";
        } else {
            remark.hint = fmt::format("known here: {}", fmt::join(known, ", "));
        }
        remarks_.add(Code::unknown_key, span_of(item.key->source(), text_), std::move(remark));
    }

    void remark_on_scheduling() {
        constexpr std::string_view kHint =
            "it is checked and kept for the scheduler; 'intact run' alone does not act on it";
        if (const auto table = layer_.tables.find("schedule"); table != layer_.tables.end()) {
            remarks_.add(Code::for_scheduler, table->second,
                         {"[schedule] has no effect on runs by hand", "", std::string(kHint)});
        }
        for (const std::string_view name : {"run.retries", "run.retry_delay"}) {
            if (const Value *value = layer_.find(name)) {
                remarks_.add(Code::for_scheduler, value->key,
                             {fmt::format("'{}' has no effect on runs by hand", name), "",
                              std::string(kHint)});
            }
        }
    }

    const SourceText &text_;
    Remarks &remarks_;
    Layer layer_;
};

} // namespace

std::optional<Layer> read_job_layer(const SourceText &text, Remarks &remarks) {
    const std::optional<toml::table> document = parse_toml(text, remarks);
    if (!document) {
        return std::nullopt;
    }
    LayerReader reader(text, remarks);
    reader.read(*document, "");
    return reader.take();
}

std::optional<Layer> read_main_layer(const SourceText &text, Remarks &remarks) {
    const std::optional<toml::table> document = parse_toml(text, remarks);
    if (!document) {
        return std::nullopt;
    }
    LayerReader reader(text, remarks);
    for (const Item &item : items_of(*document)) {
        const std::string name(item.key->str());
        const toml::table *table = item.value->as_table();
        if (name == "defaults" && table != nullptr) {
            reader.read(*table, "");
        } else if (name == "defaults") {
            remarks.add(
                Code::wrong_type, span_of(*item.key, *item.value, text),
                {"'defaults' must be a table", fmt::format("found {}", kind_of(*item.value)), ""});
        } else if (!is_extension(name)) {
            const bool is_of_job = find_key(name) != nullptr || (!name.empty() && is_table(name));
            const bool is_slip = !nearest(name, {"defaults"}).empty();
            remarks.add(
                Code::unknown_key, span_of(item.key->source(), text),
                {fmt::format("unknown key {} in intact.toml", ticked(name)),
                 is_slip ? "did you mean 'defaults'?" : "",
                 is_of_job
                     ? fmt::format("a job's keys go below [defaults], as in [defaults.{}]", name)
                     : "intact.toml holds [defaults] and nothing else"});
        }
    }
    return reader.take();
}

} // namespace intact::config
