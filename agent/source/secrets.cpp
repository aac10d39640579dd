#include "source/secrets.hpp"

#include "os/file.hpp"
#include "os/wipe.hpp"
#include "source/secret_command.hpp"
#include "source/secret_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace intact::source {
namespace {

using From = config::VariableValue::From;

constexpr std::size_t kLongestVariable = 128U
                                         << 10; // execve(2), MAX_ARG_STRLEN; with name, = and NUL

Result<std::string> read_secret(const config::VariableValue &value, std::size_t limit,
                                const std::stop_token &stop, std::chrono::milliseconds timeout) {
    switch (value.from) {
    case From::credential:
        return read_credential(value.text, limit);
    case From::file:
        return read_secret_file(value.text, limit);
    default:
        return read_secret_command(value.command, limit, stop, timeout);
    }
}

std::string place_of(const config::VariableValue &value) {
    switch (value.from) {
    case From::credential:
        return fmt::format("credential '{}'", value.text);
    case From::file:
        return os::quoted_path(value.text);
    default:
        return fmt::format("the output of '{}'", value.command.front());
    }
}

Result<> trim(std::string &secret, const config::VariableValue &value) {
    if (secret.ends_with('\n')) {
        secret.pop_back();
    }
    if (!secret.empty() && secret.find('\0') == std::string::npos) {
        return {};
    }
    return fail(
        Error(ErrorCode::credential_failed,
              fmt::format("{} {}", place_of(value),
                          secret.empty() ? "is empty" : "holds a NUL byte, which no variable can"))
            .with_hint("it is to hold the secret alone, as text"));
}

} // namespace

GivenVariables::~GivenVariables() {
    const os::WipedAtEnd wiped(texts_);
}

void GivenVariables::add_to(os::Spawn &spawn) const {
    for (const auto &[name, text] : texts_) {
        spawn.environment[name] = text;
    }
    for (const auto &[name, copy] : copies_) {
        const std::size_t number = STDERR_FILENO + 1 + spawn.more_fds.size();
        spawn.environment[name] = fmt::format("/proc/self/fd/{}", number);
        spawn.more_fds.push_back(copy.get());
    }
}

Result<GivenVariables> read_variables(const config::Variables &variables,
                                      const std::stop_token &stop,
                                      std::chrono::milliseconds timeout) {
    GivenVariables given;
    for (const auto &[name, value] : variables) {
        const auto of_variable = [&, which = fmt::format("variable '{}'", name)](Error error) {
            return fail(std::move(error).within(which));
        };
        if (value.from == From::text) {
            given.texts_.emplace(name, value.text);
            continue;
        }
        if (value.from == From::credential_path) {
            auto path = path_of_credential(value.text);
            if (!path) {
                return of_variable(std::move(path).error());
            }
            auto copy = private_copy_of(*path);
            if (!copy) {
                return of_variable(std::move(copy).error());
            }
            if (*copy) {
                given.copies_.emplace(name, std::move(**copy));
            } else {
                given.texts_.emplace(name, *std::move(path));
            }
            continue;
        }
        // With the newline that is taken off.
        const std::size_t room = kLongestVariable - std::min(kLongestVariable, name.size() + 2) + 1;
        auto secret = read_secret(value, room, stop, timeout);
        if (!secret) {
            return of_variable(std::move(secret).error());
        }
        const os::WipedAtEnd wiped(*secret); // what a move leaves of a short one
        if (auto trimmed = trim(*secret, value); !trimmed) {
            return of_variable(std::move(trimmed).error());
        }
        if (secret->size() + name.size() + 2 > kLongestVariable) {
            return of_variable(Error(ErrorCode::credential_failed,
                                     place_of(value) + " is longer than a variable can be"));
        }
        given.texts_.emplace(name, *std::move(secret));
    }
    return given;
}

} // namespace intact::source
