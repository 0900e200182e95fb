#include "core/proc_files.hpp"

#include <gtest/gtest.h>

using namespace pg_stress::core;

TEST(ProcFiles, Stat) {
    const auto cpu = parse_stat("cpu  10 5 20 100 7 1 2 9 0 0\ncpu0 1 1 1 1 1 1 1 1\nintr 5\n");
    ASSERT_TRUE(cpu);
    EXPECT_EQ(cpu->user, 15U);
    EXPECT_EQ(cpu->system, 23U);
    EXPECT_EQ(cpu->idle, 100U);
    EXPECT_EQ(cpu->iowait, 7U);
    EXPECT_EQ(cpu->steal, 9U);
    EXPECT_EQ(cpu->total(), 154U);
    EXPECT_FALSE(parse_stat(""));
    EXPECT_FALSE(parse_stat("cpu0 1 2 3\n"));
}

TEST(ProcFiles, Diskstats) {
    const char* text = "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 0 0 0 0\n"
                       " 254       1 vda1 100 0 200 4 50 0 400 8 0 77 11 0 0 0 0\n";
    const auto disk = parse_diskstats(text, 254, 1);
    ASSERT_TRUE(disk);
    EXPECT_EQ(disk->reads, 100U);
    EXPECT_EQ(disk->sectors_read, 200U);
    EXPECT_EQ(disk->writes, 50U);
    EXPECT_EQ(disk->sectors_written, 400U);
    EXPECT_EQ(disk->busy_ms, 77U);
    EXPECT_FALSE(parse_diskstats(text, 9, 9));
}

TEST(ProcFiles, Meminfo) {
    const char* text =
        "MemTotal:        8000 kB\nMemAvailable:    4000 kB\nHugePages_Total:       0\n";
    EXPECT_EQ(parse_meminfo(text, "MemAvailable"), 4000U);
    EXPECT_EQ(parse_meminfo(text, "HugePages_Total"), 0U);
    EXPECT_FALSE(parse_meminfo(text, "Mem"));
}

TEST(ProcFiles, Loadavg) {
    EXPECT_DOUBLE_EQ(parse_loadavg("1.25 0.9 0.5 1/200 5").value(), 1.25);
    EXPECT_FALSE(parse_loadavg(""));
}

TEST(ProcFiles, ProcessWithAnOddName) {
    const auto times =
        parse_process("42 (a) b (c)) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 300 4 20 0 1 0 99");
    ASSERT_TRUE(times);
    EXPECT_EQ(times->parent, 7);
    EXPECT_EQ(times->own, 120U);
    EXPECT_EQ(times->children, 304U);
    EXPECT_FALSE(parse_process("42 (x"));
}

TEST(ProcFiles, CpuModel) {
    EXPECT_EQ(parse_cpu_model("processor : 0\nmodel name\t: Chip X @ 2 GHz\nmodel name\t: Other\n"),
              "Chip X @ 2 GHz");
    EXPECT_EQ(parse_cpu_model("processor: 0\n"), "");
}

TEST(ProcFiles, MountsByLongestPoint) {
    const char* text =
        "/dev/a / ext4 rw 0 0\n/dev/b /var xfs rw 0 0\n/dev/c /var/lib/pg btrfs rw 0 0\n";
    EXPECT_EQ(parse_mounts(text, "/var/lib/pg/data"), "btrfs");
    EXPECT_EQ(parse_mounts(text, "/var/lib/pgx"), "xfs");
    EXPECT_EQ(parse_mounts(text, "/variable"), "ext4");
}
