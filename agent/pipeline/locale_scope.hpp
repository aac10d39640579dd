// A character set for the calls of one scope and one thread: libarchive asks the locale how names
// are coded. Knows no archive; the process's own locale stays as it is.
#pragma once

#include <clocale>
#include <locale.h>

namespace intact::pipeline {

class LocaleScope {
public:
    explicit LocaleScope(locale_t locale) : previous_(uselocale(locale)) {}
    ~LocaleScope() { uselocale(previous_); }
    LocaleScope(const LocaleScope &) = delete;
    LocaleScope &operator=(const LocaleScope &) = delete;

private:
    locale_t previous_;
};

/// Names are taken for UTF-8. Where the system lacks the locale, ASCII: libarchive then marks every
/// other name as raw bytes, which is right too, only less friendly to other programs.
inline locale_t utf8_locale() {
    static const locale_t locale = [] {
        const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return utf8 != nullptr ? utf8 : newlocale(LC_CTYPE_MASK, "C", nullptr);
    }();
    return locale;
}

/// Names are bytes. libarchive 3.6 composes decomposed UTF-8 (e + accent becomes é) when it reads
/// into a UTF-8 locale; into this one it cannot convert, and hands out the bytes as they are.
inline locale_t bytes_locale() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C", nullptr);
    return locale;
}

} // namespace intact::pipeline
