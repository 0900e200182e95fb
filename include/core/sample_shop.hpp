// The rows of the sample shop as a pure function of (scale, seed, anchor). Zone: core.
//
// Facts that several tables share (who ordered what, when, at which price) are computed here from
// the row's number, so that each table is written alone, in any order, and agrees with the others.
// Ids are numbers of rows, in the order of time. Memory: 40 bytes per order, and a few per customer
// and product; at scale 30 about 120 MB.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/copy_stream.hpp"
#include "core/random.hpp"

namespace pg_stress::core {

/** What a draw is for; keeps the random numbers of different rows apart. */
enum class Subject : uint64_t {
    Country,
    Warehouse,
    Employee,
    Category,
    Brand,
    Product,
    Variant,
    Price,
    Stock,
    Movement,
    Customer,
    Security,
    Address,
    Cart,
    Wish,
    Order,
    Line,
    Payment,
    Shipment,
    Promotion,
    Redemption,
    Review,
    Ticket,
    Message,
    Task,
    Activity
};

enum class OrderStatus : uint8_t { Pending, Paid, Packed, Shipped, Delivered, Returned, Cancelled };

struct OrderFacts { // 40 bytes, kept for each order
    int64_t placed_at, items_cents;
    int32_t customer, shipping_address, billing_address; // billing 0: none
    int32_t fee_cents;
    int16_t lines;
    OrderStatus status;

    int64_t total_cents() const { return items_cents + fee_cents; }
};

struct LineFacts {
    int64_t product, variant, quantity, unit_cents;
};

class SampleShop {
  public:
    static constexpr double kSmallestScale = 0.001, kLargestScale = 100;
    static constexpr int64_t kDay = 86'400'000'000; // microseconds
    static constexpr int64_t kMinute = 60'000'000;
    static constexpr int64_t kOrderDays = 730, kCustomerDays = 1095, kProductDays = 1460;

    /** anchor: the end of time in the shop, in microseconds since 2000-01-01. */
    SampleShop(double scale, uint64_t seed, int64_t anchor);

    // How many of each there are. Children of these come in long-tailed numbers.
    int64_t employees, categories, brands, products, movements, price_changes, customers, orders,
        promotions, carts, reviews, tickets, tasks, activities;
    static constexpr int64_t kCountries = 24, kWarehouses = 6;

    Random draw(Subject subject, int64_t row) const {
        return Random(mix64(seed_ ^ (static_cast<uint64_t>(subject) << 56)), Stream::Sample,
                      static_cast<uint64_t>(row));
    }
    int64_t anchor() const { return anchor_; }
    /** Row `row` of `rows` spread in order over the last `days`: growing, busy at noon. */
    int64_t moment(Random& random, int64_t row, int64_t rows, int64_t days) const;
    /** A moment up to `days` after `time`, not after the anchor. */
    int64_t later(Random& random, int64_t time, double days) const;

    int64_t customer_since(int64_t customer) const;
    /** A customer who exists at `time`; few of them make most of the trade. */
    int64_t customer_at(Random& random, int64_t time) const;
    int64_t addresses_of(int64_t customer) const {
        return first_address_[idx(customer + 1)] - first_address_[idx(customer)];
    }
    int64_t first_address(int64_t customer) const { return first_address_[idx(customer)]; }

    int64_t popular_product(Random& random) const;
    // Variants are numbered through, those of a product in a row.
    int64_t variants_of(int64_t product) const {
        return first_variant_[idx(product + 1)] - first_variant_[idx(product)];
    }
    int64_t first_variant(int64_t product) const { return first_variant_[idx(product)]; }
    int64_t variant_of(Random& random, int64_t product) const;
    int64_t last_variant() const { return first_variant_.back() - 1; }
    int64_t product_cents(int64_t product) const { return cents_[idx(product)]; }
    int64_t variant_cents(int64_t product, int64_t variant) const {
        return product_cents(product) * (100 + 3 * (variant - first_variant(product))) / 100;
    }
    /** The uuid that is the key of that row; its children ask for it too. */
    void key_uuid(CopyStream& out, Subject subject, int64_t row) const;
    /** In how many warehouses a variant lies; the first is that of its number. */
    int64_t places_of(int64_t variant) const;
    static int64_t warehouse(int64_t variant, int64_t place) {
        return (variant + place) % kWarehouses + 1;
    }

    const OrderFacts& order(int64_t order) const { return orders_[idx(order)]; }
    LineFacts line(int64_t order, int64_t line) const;
    int64_t age_days(const OrderFacts& facts) const { return (anchor_ - facts.placed_at) / kDay; }

  private:
    static size_t idx(int64_t number) { return static_cast<size_t>(number); }
    OrderFacts make_order(int64_t order) const;
    uint64_t seed_;
    int64_t anchor_;
    Zipf customer_rank_, product_rank_;
    std::vector<int64_t> first_address_;
    std::vector<int32_t> cents_;
    std::vector<int64_t> first_variant_;
    std::vector<OrderFacts> orders_;
};

/** At least 1; P(n >= k) = k^-tail, so most have one and a few have many. */
int64_t long_tail(Random& random, double tail, int64_t most);

/** Where the rows of a table go, with a number that counts them. */
struct RowSink {
    CopyStream& out;
    int64_t serial = 0;
};

/** One table of the shop: its rows are written unit by unit (a parent, say, with its children). */
struct SampleTable {
    const char* name;
    const char* columns; // separated by blanks, in the order in which they are written
    int64_t (*units)(const SampleShop& shop);
    void (*write)(const SampleShop& shop, int64_t unit, RowSink& sink); // units count from 1
};

} // namespace pg_stress::core
