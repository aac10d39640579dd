#include "config/layer.hpp"

#include "config/reader.hpp"

#include <fmt/format.h>

namespace intact::config {

const Value *Layer::find(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? nullptr : &found->second;
}

const Layer &builtin_layer() {
    // Read by the same reader as everything else, so that a default cannot be one that is refused.
    static const Layer layer = [] {
        std::string text;
        for (const Key &key : job_keys().all()) {
            if (!key.builtin.empty()) {
                text += fmt::format("defaults.{} = {}\n", key.name, key.builtin);
            }
        }
        for (const Key &key : agent_keys().all()) {
            if (!key.builtin.empty()) {
                text += fmt::format("{} = {}\n", key.name, key.builtin);
            }
        }
        const SourceText source("", std::move(text));
        Remarks ignored(source);
        MainLayers layers = read_main_layers(source, ignored).value_or(MainLayers{});
        layers.defaults.values.merge(layers.agent.values);
        return std::move(layers.defaults);
    }();
    return layer;
}

const Layer &empty_layer() {
    static const Layer layer;
    return layer;
}

Effective::Found Effective::find(std::string_view key) const {
    for (const Layer *layer : layers_) {
        if (const Value *value = layer->find(key)) {
            return {value, layer};
        }
    }
    return {};
}

Effective::Found Effective::find_unless(std::string_view key, std::string_view rival) const {
    if (job().mentioned.contains(rival) && !job().mentioned.contains(key)) {
        return {};
    }
    return find(key);
}

bool Effective::is_mentioned(std::string_view key) const {
    return job().mentioned.contains(key) || defaults().mentioned.contains(key);
}

} // namespace intact::config
