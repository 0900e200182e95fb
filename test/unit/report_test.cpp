#include "core/report.hpp"

#include <gtest/gtest.h>

using namespace pg_stress::core;

namespace {

Report sample() {
    Report r;
    r.run_id = 7;
    r.name = "nightly";
    r.state = "completed";
    r.verdict = "valid";
    r.workload = "auto";
    r.intensity = "max";
    r.driver = "spi";
    r.role = "app";
    r.server_version = "15.20";
    r.load = "closed";
    r.workers = 3;
    r.workers_wanted = 3;
    r.measured_s = 60;
    r.operations = 6000;
    r.tps = 100;
    r.response = {0.5, 1.25, 12.5, std::nullopt, 250};
    return r;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(Report, TheVerdictComesFirst) {
    EXPECT_EQ(report_text(sample()).substr(0, 22), "Run 7 \"nightly\": valid");
    EXPECT_EQ(report_markdown(sample()).substr(0, 24), "# Run 7 \"nightly\": valid");
}

TEST(Report, ARunThatDidNotCompleteSaysWhy) {
    Report r = sample();
    r.state = "failed";
    r.reason = "no worker was left";
    EXPECT_EQ(report_title(r), "Run 7 \"nightly\": valid, failed (no worker was left)");
    r.verdict = "";
    r.state = "lost";
    r.reason = "";
    EXPECT_EQ(report_title(r), "Run 7 \"nightly\": no verdict, lost");
}

TEST(Report, SaysWhatSpiLeavesOutAndWhatAClosedLoopCannotSee) {
    const std::string text = report_markdown(sample());
    EXPECT_TRUE(has(text, "SPI measures the engine: network, protocol, parse, bind and "
                          "authentication are not in these figures."));
    EXPECT_TRUE(has(text, "Closed loop"));
    Report pool = sample();
    pool.driver = "pool";
    EXPECT_FALSE(has(report_markdown(pool), "SPI measures"));
}

TEST(Report, WorkersThatWereNotToBeHadAreNamed) {
    Report r = sample();
    EXPECT_FALSE(has(report_text(r), "asks for"));
    r.workers_wanted = 50;
    EXPECT_TRUE(has(report_text(r), "3 SPI workers (the intensity asks for 50 sessions"));
}

TEST(Report, PercentilesWithTooFewOperationsAreNotPrinted) {
    const std::string text = report_text(sample());
    EXPECT_TRUE(has(text, "0.500 1.25 12.5     - 250\n")) << text;
    EXPECT_TRUE(has(text, "-: fewer than ten operations lie above that percentile."));
    EXPECT_TRUE(has(report_json(sample()), "\"p999_ms\": null"));
}

TEST(Report, CorrectedPercentileOnlyWhereItDiffers) {
    Report r = sample();
    r.corrected_p99 = 13.0;
    EXPECT_FALSE(has(report_text(r), "coordinated omission"));
    r.corrected_p99 = 1800.0;
    EXPECT_TRUE(has(report_text(r), "p99 would be about 1800 ms"));
}

TEST(Report, LongTablesAreCutAndSaySo) {
    Report r = sample();
    for (int i = 0; i < 45; ++i) {
        Report::Operation o;
        o.name = "op" + std::to_string(i);
        r.operation.push_back(o);
    }
    const std::string text = report_text(r);
    EXPECT_TRUE(has(text, "op39"));
    EXPECT_FALSE(has(text, "op40"));
    EXPECT_TRUE(has(text, "... and 5 more operations."));
    EXPECT_TRUE(has(report_json(r), "op44"));
}

TEST(Report, LeftOutIsGroupedAndCut) {
    Report r = sample();
    for (int g = 0; g < 25; ++g) {
        Report::LeftOut group;
        group.family = "family" + std::to_string(g);
        group.reason = "because";
        for (int i = 0; i < 7; ++i) {
            group.objects.push_back("t" + std::to_string(i));
        }
        r.left_out.push_back(group);
    }
    const std::string text = report_text(r);
    EXPECT_TRUE(has(text, "family0: because: t0, t1, t2, t3, t4 and 2 more"));
    EXPECT_TRUE(has(text, "family19"));
    EXPECT_FALSE(has(text, "family20"));
    EXPECT_TRUE(has(text, "... and 35 more left out."));
}

TEST(Report, MessagesCannotBreakTheLayout) {
    Report r = sample();
    r.error.push_back({"constraint", "23505", "w", "bad | <b>\nvalue `x`", 2});
    EXPECT_TRUE(has(report_text(r), "bad | <b> value `x`\n"));
    EXPECT_TRUE(has(report_markdown(r), "bad \\| &lt;b> value \\`x\\` |"));
    EXPECT_TRUE(has(report_json(r), "bad | <b>\\nvalue `x`"));
}

TEST(Report, LinesStayWithinTheWidth) {
    Report r = sample();
    r.note =
        std::string(30, 'x') + " " + std::string(120, 'y') + " and then some more words that go on";
    size_t begin = 0;
    const std::string text = report_text(r);
    while (begin < text.size()) {
        const size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        EXPECT_TRUE(line.size() <= 100 || has(line, "yyyy")) << line;
        begin = end + 1;
    }
    EXPECT_TRUE(has(text, std::string(120, 'y')));
}

TEST(Readable, ThreeDigits) {
    EXPECT_EQ(readable(0), "0");
    EXPECT_EQ(readable(0.0012), "0.0012");
    EXPECT_EQ(readable(0.1234), "0.123");
    EXPECT_EQ(readable(4.567), "4.57");
    EXPECT_EQ(readable(45.67), "45.7");
    EXPECT_EQ(readable(1234.5), "1234");
    EXPECT_EQ(readable_bytes(12), "12 B");
    EXPECT_EQ(readable_bytes(1536), "1.50 kB");
    EXPECT_EQ(readable_bytes(-1048576), "-1.00 MB");
}
