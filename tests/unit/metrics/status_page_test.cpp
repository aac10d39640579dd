// The page of jobs: what it says, and that nothing in it can be anything but text.
#include "metrics/status_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime kNow{std::chrono::sys_days{std::chrono::year(2026) / 11 / 28}};

std::string whole(StatusPage page) {
    const Answer answer = status_answer(std::move(page));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
    std::string text;
    for (std::string piece = answer.more(); !piece.empty(); piece = answer.more()) {
        EXPECT_LE(piece.size(), std::size_t(256 << 10));
        text += piece;
    }
    return text;
}

StatusPage page_of(std::vector<JobLine> jobs) {
    return {"host", "1.2.3", kNow, "", std::move(jobs)};
}

TEST(StatusPage, shows_a_job_in_one_row) {
    JobLine job{"home",
                "idle",
                "success",
                kNow - std::chrono::hours(2),
                kNow - std::chrono::hours(3),
                kNow + std::chrono::hours(22),
                kNow + std::chrono::hours(30),
                5ULL << 30};
    EXPECT_THAT(
        whole(page_of({job})),
        HasSubstr("<tr><td>home</td><td>idle</td><td><span class=\"ok\">success</span></td>"
                  "<td><time datetime=\"2026-11-27T22:00:00.000Z\">2026-11-27 22:00:00</time></td>"
                  "<td><time datetime=\"2026-11-27T21:00:00.000Z\">2026-11-27 21:00:00</time></td>"
                  "<td><time datetime=\"2026-11-28T22:00:00.000Z\">2026-11-28 22:00:00</time></td>"
                  "<td class=\"n\">5.00 GiB</td></tr>"));
}

TEST(StatusPage, says_of_a_job_that_never_ran_that_it_never_ran) {
    EXPECT_THAT(whole(page_of({{.name = "new", .state = "disabled"}})),
                HasSubstr("<td>disabled</td><td>never ran</td><td>\u2013</td><td>\u2013</td>"
                          "<td>\u2013</td><td class=\"n\">\u2013</td>"));
}

TEST(StatusPage, marks_what_is_overdue_and_what_has_failed) {
    JobLine late{.name = "late", .state = "idle", .last_result = "failure"};
    late.deadline = kNow - std::chrono::seconds(1);
    EXPECT_THAT(whole(page_of({late})),
                HasSubstr("idle <span class=\"bad\">overdue</span></td><td><span "
                          "class=\"bad\">failure</span>"));
    late.deadline = kNow;
    EXPECT_THAT(whole(page_of({late})), Not(HasSubstr("overdue")));
}

TEST(StatusPage, leads_to_the_metrics_and_has_no_script) {
    StatusPage page = page_of({});
    page.notice = "all jobs are paused";
    const std::string text = whole(page);
    EXPECT_THAT(text, HasSubstr("<a href=\"/metrics\">"));
    EXPECT_THAT(text, HasSubstr("<p class=\"bad\">all jobs are paused</p>"));
    EXPECT_THAT(text, HasSubstr("0 jobs at"));
    for (const char *word : {"script", "http:", "https:", "src=", "onload", "@import", "url("}) {
        EXPECT_THAT(text, Not(HasSubstr(word)));
    }
}

TEST(StatusPage, escapes_every_text) {
    const std::string evil = "<b a=\"'&\x1b[2J\xff\n";
    const std::string good = "&lt;b a=&quot;&#39;&amp;\\x1b[2J\\xff\\x0a";
    StatusPage page{evil, evil, kNow, evil, {{.name = evil, .state = evil, .last_result = evil}}};
    const std::string text = whole(page);
    EXPECT_THAT(text, Not(HasSubstr("<b ")));
    std::size_t count = 0;
    for (std::size_t at = text.find(good); at != std::string::npos; at = text.find(good, at + 1)) {
        ++count;
    }
    EXPECT_EQ(count, 7U); // the host stands in the title as well
}

TEST(StatusPage, comes_in_pieces_however_many_and_long_the_jobs_are) {
    const std::string longest(10'000, '<');
    const std::string text = whole(page_of(std::vector<JobLine>(
        1'000, JobLine{.name = longest, .state = longest, .last_result = longest})));
    std::size_t rows = 0;
    for (std::size_t at = text.find("<tr><td>"); at != std::string::npos;
         at = text.find("<tr><td>", at + 1)) {
        ++rows;
    }
    EXPECT_EQ(rows, 1'000U);
    EXPECT_TRUE(text.ends_with("</html>\n"));
}

} // namespace
} // namespace intact::metrics
