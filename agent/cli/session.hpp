// What every verb stands on: the operator's places and the kernel. Knows no verb.
#pragma once

#include "cli/arguments.hpp"
#include "config/config.hpp"
#include "engine/context.hpp"
#include "os/sys.hpp"

namespace intact::cli {

struct Session {
    Globals globals;
    os::Sys *sys = &os::kernel();

    config::Places places() const {
        return config::find_places(globals.config_dir, globals.state_dir);
    }
    /// Whether these are the service's, and nobody named others.
    bool has_usual_places() const { return places().directories.size() > 1; }
    engine::Context context() const {
        engine::Context context = engine::make_context(places().state_dir);
        context.sys = sys;
        return context;
    }
};

} // namespace intact::cli
