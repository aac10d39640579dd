// What a program offers on a bus: methods, properties and signals of one interface, and the call
// that somebody made.
#pragma once

#include "base/error.hpp"
#include "systemd/bus_value.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::systemd {

/// A call that waits for its answer, which may be given later. One that never gets any is answered
/// by the bus, after a while.
class BusCall {
public:
    struct Impl;
    explicit BusCall(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

    /// As the method's signature says.
    const BusValues &arguments() const;
    const std::string &text(std::size_t index) const {
        return std::get<std::string>(arguments().at(index));
    }
    std::uint64_t number(std::size_t index) const {
        return std::get<std::uint64_t>(arguments().at(index));
    }
    /// The caller's unique name on the bus, ":1.42".
    std::string sender() const;
    /// Whether the caller would wait for somebody to give a password.
    bool allows_interaction() const;

    void reply(const BusValues &values = {}) const;
    /// With the error's code as its name and the hint in a line of its own.
    void refuse(const Error &error) const;

private:
    friend class Polkit;
    std::shared_ptr<Impl> impl_;
};

/// "s job" is a parameter: its signature and its name.
struct BusParameter {
    const char *signature;
    const char *name;
};

struct BusMethod {
    const char *name;
    std::vector<BusParameter> takes;
    std::vector<BusParameter> gives;
    std::function<void(const BusCall &)> answer;
};

enum class BusChanges { never, told, untold };
struct BusProperty {
    const char *name;
    const char *signature;
    BusChanges changes;
    std::function<BusValue()> get;
    /// None: read-only. Root and the service's own user only.
    std::function<Result<>(const BusValue &)> set;
};

struct BusSignal {
    const char *name;
    std::vector<BusParameter> tells;
};

struct BusInterface {
    std::string path;
    std::string name;
    std::vector<BusMethod> methods;
    std::vector<BusProperty> properties;
    std::vector<BusSignal> signals;
};

/// An interface as long as it is on the bus.
class BusObject {
public:
    struct Impl;
    explicit BusObject(std::unique_ptr<Impl> impl);
    ~BusObject();
    BusObject(BusObject &&) noexcept;
    BusObject &operator=(BusObject &&) noexcept;

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::systemd
