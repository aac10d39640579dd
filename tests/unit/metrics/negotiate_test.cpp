// Accept headers as Prometheus and others send them, and as nobody should.
#include "metrics/negotiate.hpp"

#include <gtest/gtest.h>
#include <string>

namespace intact::metrics {
namespace {

constexpr std::string_view kPrometheus2 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
constexpr std::string_view kPrometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
constexpr std::string_view kTextFirst =
    "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2";

TEST(ChooseDialect, gives_prometheus_what_it_likes_best) {
    EXPECT_EQ(choose_dialect(kPrometheus2), Dialect::openmetrics);
    EXPECT_EQ(choose_dialect(kPrometheus3), Dialect::openmetrics);
    EXPECT_EQ(choose_dialect(kTextFirst), Dialect::text);
}

TEST(ChooseDialect, gives_text_to_whoever_does_not_say) {
    for (const char *accept : {"", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "text/plain",
                               "text/*", "application/json", "application/openmetrics-text;q=0"}) {
        EXPECT_EQ(choose_dialect(accept), Dialect::text) << accept;
    }
}

TEST(ChooseDialect, takes_only_the_version_that_is_spoken) {
    EXPECT_EQ(choose_dialect("application/openmetrics-text"), Dialect::openmetrics);
    EXPECT_EQ(choose_dialect("application/openmetrics-text;version=0.0.1"), Dialect::text);
    EXPECT_EQ(choose_dialect("application/openmetrics-text;version=2.0.0"), Dialect::text);
    EXPECT_EQ(choose_dialect("application/openmetrics-text; version=\"1.0.0\" ; q=1"),
              Dialect::openmetrics);
}

TEST(ChooseDialect, is_blind_to_case_and_blanks) {
    EXPECT_EQ(choose_dialect("\t Application/OpenMetrics-Text ; VERSION=1.0.0 ; Q=0.9 , text/plain"
                             ";q=0.8"),
              Dialect::openmetrics);
}

TEST(ChooseDialect, counts_an_exact_name_before_a_wildcard) {
    EXPECT_EQ(choose_dialect("application/openmetrics-text;q=0.5,*/*;q=0.9"), Dialect::text);
    EXPECT_EQ(choose_dialect("*/*;q=0.9,text/plain;q=0.1,application/openmetrics-text;q=0.5"),
              Dialect::openmetrics);
}

TEST(ChooseDialect, reads_qualities_to_three_digits) {
    EXPECT_EQ(choose_dialect("application/openmetrics-text;q=0.501,text/plain;q=0.5"),
              Dialect::openmetrics);
    EXPECT_EQ(choose_dialect("application/openmetrics-text;q=0.5,text/plain;q=0.5"), Dialect::text);
    EXPECT_EQ(choose_dialect("application/openmetrics-text;q=1.000,text/plain;q=0.999"),
              Dialect::openmetrics);
    for (const char *quality : {"2", "1.5x", "-1", "0.5000", ".5", "0,5", "x", ""}) {
        EXPECT_EQ(choose_dialect(std::string("application/openmetrics-text;q=") + quality),
                  Dialect::text)
            << quality;
    }
}

TEST(ChooseDialect, reads_no_list_without_an_end) {
    std::string accept;
    for (int i = 0; i < 100'000; ++i) {
        accept += "a/b;q=0.1,";
    }
    EXPECT_EQ(choose_dialect(accept + "application/openmetrics-text"), Dialect::text);
}

TEST(ContentType, names_format_and_version) {
    EXPECT_EQ(content_type_of(Dialect::text), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(content_type_of(Dialect::openmetrics),
              "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

} // namespace
} // namespace intact::metrics
