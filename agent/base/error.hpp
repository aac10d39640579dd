// What went wrong, told so that an operator can act. Knows no job, no file format, no exit path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace intact {

enum class ErrorCode : std::uint8_t {
#define X(name, exit_code, attempts, hint) name,
#include "base/error_codes.def"
#undef X
};

/// Where in a run an error arose; spelled as in the manifest, the catalog and metric labels.
enum class Stage : std::uint8_t {
    claim,
    hook,
    source,
    archive,
    compress,
    digest,
    write,
    sync,
    publish,
    verify,
    record,
};

std::string_view name_of(ErrorCode code);
int exit_code_of(ErrorCode code);
std::string_view default_hint_of(ErrorCode code);
/// Whether what failed so may well succeed a while later, with nothing changed by a person.
bool may_pass(ErrorCode code);
std::optional<ErrorCode> error_code_named(std::string_view name);
std::string_view name_of(Stage stage);

/// One failure: what was being done, to what, and what the system said.
/// message() reads from the outermost context inwards and is a single line whatever bytes the
/// operands hold; hint() is what to do about it, possibly empty.
class [[nodiscard]] Error {
public:
    Error(ErrorCode code, std::string_view what);

    /// The failure of a system call. Units: err is an errno value; it also decides the code.
    static Error from_errno(int err, std::string_view what);

    ErrorCode code() const { return code_; }
    int sys_errno() const { return errno_; }
    std::optional<Stage> stage() const { return stage_; }
    const std::string &message() const { return message_; }
    std::string_view hint() const;

    /// Names the step this error happened in; each layer adds one, in the caller.
    Error within(std::string_view context) &&;
    Error with_code(ErrorCode code) &&;
    Error with_hint(std::string_view hint) &&;
    /// The innermost stage wins: a later call does not overwrite it.
    Error at(Stage stage) &&;

private:
    ErrorCode code_;
    int errno_ = 0;
    std::optional<Stage> stage_;
    std::string message_;
    std::string hint_;
};

/// A value or the reason why there is none. Every Result is used; the build has no way to ask for
/// that on an alias, so clang-tidy's bugprone-unused-return-value does.
template <typename T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(ErrorCode code, std::string_view what) {
    return fail(Error(code, what));
}
inline tl::unexpected<Error> fail_errno(int err, std::string_view what) {
    return fail(Error::from_errno(err, what));
}

} // namespace intact

/// Leaves the function with the error of a Result<void> expression, or of any tl::expected.
#define INTACT_TRY(expression)                                                                     \
    do {                                                                                           \
        auto intact_result_ = (expression);                                                        \
        if (!intact_result_) {                                                                     \
            return ::tl::unexpected(std::move(intact_result_).error());                            \
        }                                                                                          \
    } while (false)

/// Declares a variable from a Result<T> expression, or leaves the function with its error.
#define INTACT_TRY_ASSIGN(declaration, expression)                                                 \
    INTACT_TRY_ASSIGN_1_(INTACT_CAT_(intact_result_, __LINE__), declaration, expression)
#define INTACT_TRY_ASSIGN_1_(result, declaration, expression)                                      \
    auto result = (expression);                                                                    \
    if (!result) {                                                                                 \
        return ::tl::unexpected(std::move(result).error());                                        \
    }                                                                                              \
    declaration = std::move(*result)
#define INTACT_CAT_(a, b) INTACT_CAT_1_(a, b)
#define INTACT_CAT_1_(a, b) a##b
