// Memory that held a secret, emptied so that neither a core dump nor a later allocation shows it.
// Knows no secret.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace intact::os {

/// Overwrites all that the text has room for, and empties it. Source: explicit_bzero(3).
void wipe(std::string &text);

/// A copy that lies on the heap however short it is, so that moving it leaves nothing behind.
std::string movable_copy(std::string_view secret);

/// Wipes the texts at the end of a scope. Borrows them.
class WipedAtEnd {
public:
    explicit WipedAtEnd(std::string &text) : text_(&text) {}
    explicit WipedAtEnd(std::vector<std::string> &texts) : texts_(&texts) {}
    /// The values alone.
    explicit WipedAtEnd(std::map<std::string, std::string> &variables) : variables_(&variables) {}
    ~WipedAtEnd();
    WipedAtEnd(const WipedAtEnd &) = delete;
    WipedAtEnd &operator=(const WipedAtEnd &) = delete;

private:
    std::string *text_ = nullptr;
    std::vector<std::string> *texts_ = nullptr;
    std::map<std::string, std::string> *variables_ = nullptr;
};

} // namespace intact::os
