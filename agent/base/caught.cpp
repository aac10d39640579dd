#include "base/caught.hpp"

#include <exception>
#include <fmt/format.h>
#include <new>
#include <system_error>

namespace intact {

Error caught(std::string_view what) {
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return Error(ErrorCode::out_of_resources, fmt::format("{}: out of memory", what));
    } catch (const std::system_error &e) {
        return Error::from_errno(e.code().value(), what);
    } catch (const std::exception &e) {
        return Error(ErrorCode::internal, fmt::format("{}: {}", what, e.what()));
    } catch (...) {
        return Error(ErrorCode::internal, what);
    }
}

} // namespace intact
