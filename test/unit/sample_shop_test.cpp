// The sample shop's rows: the form of their bytes, and what must agree between tables.
#include <gtest/gtest.h>

#include <string>

#include "core/sample_tables.hpp"

namespace pg_stress::core {
namespace {

constexpr int64_t kAnchor = 800'000'000'000'000; // some time in 2025

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values) {
        out.push_back(static_cast<char>(value));
    }
    return out;
}

TEST(CopyStream, WritesNumericInBase10000) {
    CopyStream out;
    out.cents(1'234'567);                                 // 12345.67
    EXPECT_EQ(out.bytes(), bytes({0, 0, 0, 14,            // length
                                  0, 3, 0, 1,             // digits, weight
                                  0, 0, 0, 2,             // sign, scale
                                  0, 1, 9, 41, 26, 44})); // 1, 2345, 6700
    out.clear();
    out.cents(-50); // the first digit is the fraction
    EXPECT_EQ(out.bytes(), bytes({0, 0, 0, 10, 0, 1, 255, 255, 0x40, 0, 0, 2, 19, 136}));
    out.clear();
    out.cents(0);
    EXPECT_EQ(out.bytes(), bytes({0, 0, 0, 8, 0, 0, 255, 255, 0, 0, 0, 2}));
}

TEST(CopyStream, WritesIntegersInNetworkOrder) {
    CopyStream out;
    out.int2(-2).int4(-3).int8(-4).null();
    EXPECT_EQ(out.bytes(), bytes({0,   0,   0,   2,  255, 254,                               //
                                  0,   0,   0,   4,  255, 255, 255, 253,                     //
                                  0,   0,   0,   8,  255, 255, 255, 255, 255, 255, 255, 252, //
                                  255, 255, 255, 255}));
}

TEST(CopyStream, WritesAnEmptyArrayWithoutDimensions) {
    CopyStream out;
    out.texts(nullptr, 0);
    EXPECT_EQ(out.bytes(), bytes({0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25}));
}

TEST(LongTail, StaysWithinItsBoundsAndHasTheShapeItPromises) {
    Random random(1, Stream::Sample, 1);
    int twice = 0;
    for (int i = 0; i < 10'000; ++i) {
        const int64_t n = long_tail(random, 1.0, 5);
        ASSERT_GE(n, 1);
        ASSERT_LE(n, 5);
        twice += n >= 2 ? 1 : 0;
    }
    EXPECT_NEAR(twice, 5'000, 250); // P(n >= 2) = 1/2
}

TEST(SampleShop, OrdersAreInTimeAndAgreeWithTheirLines) {
    const SampleShop shop(0.05, 7, kAnchor);
    int64_t before = 0;
    for (int64_t order = 1; order <= shop.orders; ++order) {
        const OrderFacts& facts = shop.order(order);
        ASSERT_GE(facts.placed_at, before);
        ASSERT_LE(facts.placed_at, kAnchor);
        ASSERT_LE(shop.customer_since(facts.customer), facts.placed_at);
        before = facts.placed_at;
        int64_t sum = 0;
        for (int64_t i = 1; i <= facts.lines; ++i) {
            const LineFacts line = shop.line(order, i);
            ASSERT_GE(line.variant, shop.first_variant(line.product));
            ASSERT_LT(line.variant, shop.first_variant(line.product + 1));
            sum += line.quantity * line.unit_cents;
        }
        ASSERT_EQ(facts.items_cents, sum);
        const int64_t first = shop.first_address(facts.customer);
        ASSERT_GE(facts.shipping_address, first);
        ASSERT_LT(facts.shipping_address, first + shop.addresses_of(facts.customer));
    }
}

TEST(SampleShop, RowsDependOnTheSeedAndNotOnTheOrderOfTables) {
    const auto rows = [](uint64_t seed, const SampleTable& table) {
        const SampleShop shop(0.01, seed, kAnchor);
        CopyStream out;
        RowSink sink{out};
        for (int64_t unit = 1; unit <= table.units(shop); ++unit) {
            table.write(shop, unit, sink);
        }
        return out.bytes();
    };
    for (const SampleTable& table : sales_tables()) {
        const std::string once = rows(1, table);
        EXPECT_EQ(once, rows(1, table)) << table.name;
        EXPECT_NE(once, rows(2, table)) << table.name;
    }
}

} // namespace
} // namespace pg_stress::core
