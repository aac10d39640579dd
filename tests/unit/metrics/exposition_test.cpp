// How series are written down, in both dialects.
#include "metrics/exposition.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace intact::metrics {
namespace {

constexpr SeriesFamily kRuns{"x_runs_total", SeriesType::counter, "Runs."};
constexpr SeriesFamily kBuild{"x_build_info", SeriesType::info, "The \"program\"\nand \\ more."};
constexpr SeriesFamily kTook{"x_took_seconds", SeriesType::histogram, "Time."};

std::string written(Dialect dialect) {
    Exposition to(dialect);
    to.begin(kRuns);
    to.add({{"backup", "etc"}, {"result", "success"}}, 3);
    to.begin(kBuild);
    to.add({{"version", "1 \"a\"\\\n"}}, 1);
    to.begin(kTook);
    to.add("_bucket", {{"le", "+Inf"}}, 2);
    to.add("_sum", {}, 0.5);
    to.end();
    return to.take();
}

TEST(Exposition, is_prometheus_text) {
    EXPECT_EQ(written(Dialect::text), R"(# HELP x_runs_total Runs.
# TYPE x_runs_total counter
x_runs_total{backup="etc",result="success"} 3
# HELP x_build_info The \"program\"\nand \\ more.
# TYPE x_build_info gauge
x_build_info{version="1 \"a\"\\\n"} 1
# HELP x_took_seconds Time.
# TYPE x_took_seconds histogram
x_took_seconds_bucket{le="+Inf"} 2
x_took_seconds_sum 0.5
)");
}

TEST(Exposition, is_openmetrics_whose_families_are_named_without_what_their_type_adds) {
    EXPECT_EQ(written(Dialect::openmetrics), R"(# HELP x_runs Runs.
# TYPE x_runs counter
x_runs_total{backup="etc",result="success"} 3
# HELP x_build The \"program\"\nand \\ more.
# TYPE x_build info
x_build_info{version="1 \"a\"\\\n"} 1
# HELP x_took_seconds Time.
# TYPE x_took_seconds histogram
# UNIT x_took_seconds seconds
x_took_seconds_bucket{le="+Inf"} 2
x_took_seconds_sum 0.5
# EOF
)");
}

TEST(Exposition, writes_numbers_so_that_they_read_back_the_same) {
    Exposition to(Dialect::text);
    to.begin({"x", SeriesType::gauge, ""});
    static_cast<void>(to.take());
    for (const double value : {0.0, 1.0, 1795000000.0, 1795000000.123456, 9007199254740993.0, 1e300,
                               -1.5, std::numeric_limits<double>::infinity()}) {
        to.add({}, value);
        const std::string line = to.take();
        EXPECT_EQ(std::stod(line.substr(2)), value) << line;
    }
    to.add({}, 1795000000);
    EXPECT_EQ(to.take(), "x 1795000000\n");
    to.add({}, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(to.take(), "x NaN\n");
}

} // namespace
} // namespace intact::metrics
