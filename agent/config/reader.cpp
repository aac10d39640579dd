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
    LayerReader(const KeySet &keys, const SourceText &text, Remarks &remarks)
        : keys_(keys), text_(text), remarks_(remarks) {
        layer_.file = text.path();
    }

    /// `name` is the table's own: "" for the top, "source" and so on.
    void read(const toml::table &table, const std::string &name) {
        for (const Item &item : items_of(table)) {
            read(item, name);
        }
    }

    void read(const Item &item, const std::string &table) {
        const std::string leaf(item.key->str());
        const std::string full = table.empty() ? leaf : table + "." + leaf;
        // A quoted key may hold a dot; it is not the path that it looks like.
        const bool has_dot = leaf.find('.') != std::string::npos;
        if (is_extension(leaf)) {
            return;
        }
        if (const Key *key = has_dot ? nullptr : keys_.find(full)) {
            read_key(*key, item);
        } else if (!has_dot && !leaf.empty() && keys_.is_table(full)) {
            read_table(full, item);
        } else {
            refuse_unknown(table, leaf, item);
        }
    }

    Layer take() { return std::move(layer_); }

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
        for (const Key &key : keys_.all()) {
            if (key.name == name || key.name.starts_with(name + ".")) {
                layer_.mentioned.insert(key.name);
            }
        }
    }

    void refuse_unknown(const std::string &table, const std::string &leaf, const Item &item) {
        const std::vector<std::string> known = keys_.names_in(table);
        const std::vector<std::string> likely = nearest(leaf, known);
        const std::vector<std::string> homes = keys_.tables_with(leaf);
        Remark remark;
        remark.message = table.empty() ? fmt::format("unknown key {}", ticked(leaf))
                                       : fmt::format("unknown key {} in [{}]", ticked(leaf), table);
        if (!homes.empty()) {
            remark.label = homes.front().empty() ? "belongs at the top of the file"
                                                 : fmt::format("belongs in [{}]", homes.front());
        } else if (!table.empty() && !leaf.empty() && keys_.is_table(leaf)) {
            remark.label = fmt::format("[{}] stands on its own, not in [{}]", leaf, table);
        } else if (!likely.empty()) {
            remark.label = fmt::format("did you mean '{}'?", likely.front());
            mention_all(table.empty() ? likely.front() : table + "." + likely.front());
        } else if (table.empty() && leaf == "defaults") {
            remark.hint = "[defaults] stands in intact.toml, and holds for all jobs";
        } else if (table.empty() && agent_keys().is_table(leaf)) {
            remark.hint = fmt::format("[{}] stands in intact.toml", leaf);
        } else {
            remark.hint = fmt::format("known here: {}", fmt::join(known, ", "));
        }
        remarks_.add(Code::unknown_key, span_of(item.key->source(), text_), std::move(remark));
    }

    const KeySet &keys_;
    const SourceText &text_;
    Remarks &remarks_;
    Layer layer_;
};

void refuse_in_main(const Item &item, const std::string &name, const SourceText &text,
                    Remarks &remarks) {
    std::vector<std::string> known = agent_keys().names_in("");
    known.emplace_back("defaults");
    const bool is_of_job =
        job_keys().find(name) != nullptr || (!name.empty() && job_keys().is_table(name));
    const std::vector<std::string> likely = nearest(name, known);
    remarks.add(Code::unknown_key, span_of(item.key->source(), text),
                {fmt::format("unknown key {} in intact.toml", ticked(name)),
                 likely.empty() ? "" : fmt::format("did you mean '{}'?", likely.front()),
                 is_of_job
                     ? fmt::format("a job's keys go below [defaults], as in [defaults.{}]", name)
                     : fmt::format("known here: {}", fmt::join(known, ", "))});
}

} // namespace

std::optional<Layer> read_job_layer(const SourceText &text, Remarks &remarks) {
    const std::optional<toml::table> document = parse_toml(text, remarks);
    if (!document) {
        return std::nullopt;
    }
    LayerReader reader(job_keys(), text, remarks);
    reader.read(*document, "");
    return reader.take();
}

std::optional<MainLayers> read_main_layers(const SourceText &text, Remarks &remarks) {
    const std::optional<toml::table> document = parse_toml(text, remarks);
    if (!document) {
        return std::nullopt;
    }
    LayerReader defaults(job_keys(), text, remarks);
    LayerReader agent(agent_keys(), text, remarks);
    for (const Item &item : items_of(*document)) {
        const std::string name(item.key->str());
        const toml::table *table = item.value->as_table();
        if (name == "defaults" && table != nullptr) {
            defaults.read(*table, "");
        } else if (name == "defaults") {
            remarks.add(
                Code::wrong_type, span_of(*item.key, *item.value, text),
                {"'defaults' must be a table", fmt::format("found {}", kind_of(*item.value)), ""});
        } else if (agent_keys().is_table(name) || is_extension(name)) {
            agent.read(item, "");
        } else {
            refuse_in_main(item, name, text, remarks);
        }
    }
    return MainLayers{defaults.take(), agent.take()};
}

} // namespace intact::config
