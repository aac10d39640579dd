// All series of all jobs: each job has each of them from the first scrape on, and none other.
#include "metrics/scrape.hpp"

#include "metrics/closed_lists.hpp"
#include "metrics/job_families.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>

namespace intact::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

JobSample never_ran(const std::string &name) {
    JobSample sample;
    JobTraits traits;
    traits.name = name;
    traits.source = "files";
    traits.compression = "zstd";
    traits.verify = "archive";
    traits.is_scheduled = true;
    sample.traits = std::make_shared<const JobTraits>(traits);
    sample.facts = std::make_shared<const catalog::JobFacts>();
    return sample;
}

std::string scraped(std::vector<JobSample> jobs, Dialect dialect = Dialect::text) {
    return whole(Scrape(dialect, "", std::move(jobs)));
}

std::string scraped(const JobSample &job) {
    return scraped(std::vector{job});
}

/// Series by what stands before their values.
std::map<std::string, std::string> series_in(const std::string &text) {
    std::map<std::string, std::string> series;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("#")) {
            const std::size_t space = line.rfind(' ');
            EXPECT_TRUE(series.emplace(line.substr(0, space), line.substr(space + 1)).second)
                << line;
        }
    }
    return series;
}

TEST(Scrape, tells_of_a_job_that_never_ran_in_all_its_series) {
    const auto series = series_in(scraped(never_ran("etc")));
    std::set<std::string> families;
    for (const auto &[name, value] : series) {
        EXPECT_THAT(name, HasSubstr("backup=\"etc\""));
        EXPECT_TRUE(value == "0" || value == "NaN" || name.find("_info{") != std::string::npos ||
                    name.starts_with("intact_job_enabled"))
            << name << ' ' << value;
        families.insert(name.substr(0, name.find('{')));
    }
    for (const JobFamily &family : job_families()) {
        const std::string name(family.family.name);
        EXPECT_TRUE(
            families.contains(family.family.type == SeriesType::histogram ? name + "_sum" : name))
            << name;
    }
}

TEST(Scrape, has_the_same_series_before_a_job_runs_and_after) {
    const auto before = series_in(scraped(never_ran("etc")));
    JobSample sample = never_ran("etc");
    catalog::JobFacts facts;
    facts.last.emplace();
    facts.last->outcome = Outcome::failure;
    facts.last->started = facts.last->finished.emplace(std::chrono::seconds(5));
    facts.totals.runs = {{"success", 2}, {"failure", 1}};
    facts.totals.failures = {{{"write", "no_space"}, 1}};
    facts.totals.missed = {{"off", 4}};
    sample.facts = std::make_shared<const catalog::JobFacts>(facts);
    const auto after = series_in(scraped(sample));
    for (const auto &[name, value] : before) {
        EXPECT_TRUE(after.contains(name)) << name;
    }
    EXPECT_EQ(after.size(), before.size());
    EXPECT_EQ(after.at(R"(intact_job_runs_total{backup="etc",result="success"})"), "2");
    EXPECT_EQ(after.at(R"(intact_job_last_run_result{backup="etc",result="failure"})"), "1");
    EXPECT_EQ(after.at(R"(intact_job_last_run_result{backup="etc",result="success"})"), "0");
    EXPECT_EQ(
        after.at(R"(intact_job_failures_total{backup="etc",stage="write",reason="no_space"})"),
        "1");
    EXPECT_EQ(after.at(R"(intact_job_missed_slots_total{backup="etc",reason="off"})"), "4");
}

TEST(Scrape, shows_a_failure_that_nobody_expected) {
    JobSample sample = never_ran("etc");
    catalog::JobFacts facts;
    facts.totals.failures = {{{"", "internal"}, 3}};
    sample.facts = std::make_shared<const catalog::JobFacts>(facts);
    EXPECT_THAT(
        scraped(sample),
        HasSubstr(R"(intact_job_failures_total{backup="etc",stage="none",reason="internal"} 3)"));
}

TEST(Scrape, adds_durations_up) {
    JobSample sample = never_ran("etc");
    catalog::JobFacts facts;
    facts.totals.durations = {2, 0, 1, 0, 0, 0, 0, 0, 0, 4};
    facts.totals.duration_usec = 1'500'000;
    sample.facts = std::make_shared<const catalog::JobFacts>(facts);
    const auto series = series_in(scraped(sample));
    const std::string bucket = "intact_job_run_duration_seconds_bucket{backup=\"etc\",le=";
    EXPECT_EQ(series.at(bucket + "\"60\"}"), "2");
    EXPECT_EQ(series.at(bucket + "\"300\"}"), "2");
    EXPECT_EQ(series.at(bucket + "\"86400\"}"), "3");
    EXPECT_EQ(series.at(bucket + "\"+Inf\"}"), "7");
    EXPECT_EQ(series.at(R"(intact_job_run_duration_seconds_count{backup="etc"})"), "7");
    EXPECT_EQ(series.at(R"(intact_job_run_duration_seconds_sum{backup="etc"})"), "1.5");
}

TEST(Scrape, believes_the_daemon_where_the_catalog_did_not_get_that_far) {
    JobSample sample = never_ran("etc");
    sample.unrecorded = JobSample::UnrecordedEnd{Outcome::failure, WallTime(std::chrono::hours(1))};
    const auto series = series_in(scraped(sample));
    EXPECT_EQ(series.at(R"(intact_job_last_run_result{backup="etc",result="failure"})"), "1");
    EXPECT_EQ(series.at(R"(intact_job_last_run_end_timestamp_seconds{backup="etc"})"), "3600");
}

TEST(Scrape, comes_in_pieces_that_make_the_same_whole) {
    std::vector<JobSample> jobs;
    for (int i = 0; i < 500; ++i) {
        jobs.push_back(never_ran("job" + std::to_string(1000 + i)));
    }
    Scrape scrape(Dialect::openmetrics, "# TYPE a gauge\na 1\n", jobs);
    std::string text;
    std::size_t pieces = 0;
    for (std::string piece = scrape.next(); !piece.empty(); piece = scrape.next()) {
        EXPECT_LE(piece.size(), 80U << 10);
        text += piece;
        ++pieces;
    }
    EXPECT_GT(pieces, 10U);
    EXPECT_EQ(scrape.next(), "");
    EXPECT_TRUE(text.ends_with("# EOF\n"));
    // Each family stands in one place, with its head before its series.
    std::set<std::string> heads;
    std::istringstream lines(text);
    std::string family;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(heads.insert(family).second) << family;
        } else if (!line.starts_with("#")) {
            EXPECT_TRUE(line.starts_with(family)) << line << " in " << family;
        }
    }
    EXPECT_EQ(series_in(text).size(), 1 + 500 * series_in(scraped(never_ran("etc"))).size());
}

TEST(Scrape, of_no_job_has_the_heads_only) {
    EXPECT_THAT(series_in(scraped(std::vector<JobSample>())), testing::IsEmpty());
    EXPECT_THAT(scraped(std::vector<JobSample>()),
                HasSubstr("# TYPE intact_job_runs_total counter"));
}

TEST(JobFamilies, have_names_and_types_that_prometheus_likes) {
    std::set<std::string_view> names;
    for (const JobFamily &one : job_families()) {
        const SeriesFamily &family = one.family;
        EXPECT_TRUE(names.insert(family.name).second) << family.name;
        EXPECT_TRUE(family.name.starts_with("intact_job_")) << family.name;
        EXPECT_EQ(family.name.ends_with("_total"), family.type == SeriesType::counter);
        EXPECT_EQ(family.name.ends_with("_info"), family.type == SeriesType::info);
        EXPECT_TRUE(family.help.ends_with(".")) << family.name;
    }
}

TEST(UsualFailures, are_made_of_real_stages_and_codes) {
    std::set<std::string_view> stages;
    for (int i = 0; i <= static_cast<int>(Stage::record); ++i) {
        stages.insert(name_of(static_cast<Stage>(i)));
    }
    for (const FailureKind &kind : kUsualFailures) {
        EXPECT_TRUE(stages.contains(kind.stage)) << kind.stage;
        EXPECT_TRUE(error_code_named(kind.reason)) << kind.reason;
    }
    for (const std::string_view stage : kTimedStages) {
        EXPECT_TRUE(stages.contains(stage)) << stage;
    }
    for (const std::string_view result : kResults) {
        EXPECT_TRUE(outcome_named(result)) << result;
    }
}

} // namespace
} // namespace intact::metrics
