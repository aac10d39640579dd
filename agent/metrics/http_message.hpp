// What a client asks and what it gets, without the words of HTTP around them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace intact::metrics {

/// A GET or HEAD of somebody who may.
struct Request {
    std::string path;   ///< as it was sent, "/metrics"; without what follows a '?'
    std::string accept; ///< the value of the header, or ""
    bool is_head = false;
};

/// A body as a whole, or piece by piece.
struct Answer {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    /// When there is one, `body` counts for nothing. Gives the next piece, "" at the end; called on
    /// the loop's thread whenever the client has taken the one before, and never for HEAD. A piece
    /// has at most 256 KiB, so that neither the loop nor others wait for it.
    std::function<std::string()> more;
};

using Handler = std::function<Answer(const Request &)>;

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

/// A line of text, which gets its newline here.
Answer text_answer(unsigned status, std::string_view line);

} // namespace intact::metrics
