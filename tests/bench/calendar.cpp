// Calendar arithmetic: how many times a second the next time is found.
#include "schedule/calendar.hpp"

#include <cstdio>

using namespace intact::schedule;

int main() {
    constexpr int kCount = 200'000;
    const Zone zone = Zone::named("Europe/Berlin").value();
    for (const char *text :
         {"*-*-* 02:30", "Mon..Fri 08..18:0/15", "*-*~01 23:00", "Sat *-*-1..7 04:00", "*:0/10"}) {
        const Calendar calendar = Calendar::parse(text).value();
        Instant begin{std::chrono::sys_days{std::chrono::year(2026) / 1 / 1}};
        Instant after = begin;
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kCount; ++i) {
            after = calendar.next(after, zone).value_or(begin);
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        std::printf("  %-24s %10.0f a second\n", text, kCount / took.count());
    }
}
