#include "core/sample_shop.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pg_stress::core {

namespace {

constexpr double kTwoPi = 6.283185307179586;

int64_t scaled(double scale, int64_t rows) {
    return std::max<int64_t>(10, std::llround(scale * static_cast<double>(rows)));
}

// What is looked up grows slower than what happens.
int64_t scaled_slowly(double scale, int64_t rows, int64_t least) {
    return std::max<int64_t>(least, std::llround(std::sqrt(scale) * static_cast<double>(rows)));
}

// Business doubles its pace over the period: density 1 + x, normalised, and its inverse.
double growth(double x) { return (2 * x + x * x) / 3; }
double growth_inverse(double u) { return std::sqrt(1 + 3 * u) - 1; }

// Spreads ranks over the ids, so that the popular ones are not the first. A bijection of [0, n),
// since the multiplier is a prime above any n.
int64_t scatter(uint64_t rank, int64_t n) {
    return static_cast<int64_t>((rank * 2'654'435'761ULL + 7) % static_cast<uint64_t>(n));
}

OrderStatus status_at(int64_t age_days, double u) {
    if (age_days >= 14) {
        return u < 0.92 ? OrderStatus::Delivered
                        : (u < 0.96 ? OrderStatus::Returned : OrderStatus::Cancelled);
    }
    if (age_days >= 4) {
        return u < 0.7 ? OrderStatus::Shipped
                       : (u < 0.95 ? OrderStatus::Delivered : OrderStatus::Cancelled);
    }
    if (age_days >= 1) {
        return u < 0.5 ? OrderStatus::Packed
                       : (u < 0.9 ? OrderStatus::Paid : OrderStatus::Cancelled);
    }
    return u < 0.4 ? OrderStatus::Pending : OrderStatus::Paid;
}

} // namespace

int64_t long_tail(Random& random, double tail, int64_t most) {
    const double draw = std::exp2(-std::log2(1.0 - random.unit()) / tail); // cheaper than pow
    return draw >= static_cast<double>(most) ? most : static_cast<int64_t>(draw);
}

SampleShop::SampleShop(double scale, uint64_t seed, int64_t anchor)
    : employees(scaled_slowly(scale, 120, 20)), categories(scaled_slowly(scale, 300, 60)),
      brands(scaled_slowly(scale, 400, 20)), products(scaled(scale, 5'000)),
      movements(scaled(scale, 40'000)), price_changes(scaled(scale, 10'000)),
      customers(scaled(scale, 22'000)), orders(scaled(scale, 65'000)),
      promotions(scaled_slowly(scale, 200, 10)), carts(scaled(scale, 6'000)),
      reviews(scaled(scale, 25'000)), tickets(scaled(scale, 3'000)), tasks(scaled(scale, 5'000)),
      activities(scaled(scale, 320'000)), seed_(mix64(seed)), anchor_(anchor),
      customer_rank_(static_cast<uint64_t>(customers), 0.7),
      product_rank_(static_cast<uint64_t>(products), 1.0) {
    first_address_.resize(idx(customers + 2));
    first_address_[1] = 1;
    for (int64_t customer = 1; customer <= customers; ++customer) {
        Random random = draw(Subject::Address, -customer);
        first_address_[idx(customer + 1)] =
            first_address_[idx(customer)] + long_tail(random, 2.0, 9);
    }
    cents_.resize(idx(products + 1));
    first_variant_.resize(idx(products + 2));
    first_variant_[1] = 1;
    for (int64_t product = 1; product <= products; ++product) {
        Random random = draw(Subject::Variant, -product);
        // Log-normal around 25, within the domain of prices; shop prices end in 9.
        const double price = std::clamp(25.0 * std::exp(random.normal(0, 1.0)), 1.0, 5000.0);
        cents_[idx(product)] = static_cast<int32_t>(price * 10.0) * 10 + 9;
        first_variant_[idx(product + 1)] =
            first_variant_[idx(product)] + long_tail(random, 1.2, 12);
    }
    orders_.resize(idx(orders + 1));
    for (int64_t order = 1; order <= orders; ++order) {
        orders_[idx(order)] = make_order(order);
    }
}

int64_t SampleShop::moment(Random& random, int64_t row, int64_t rows, int64_t days) const {
    const double u = (static_cast<double>(row - 1) + random.unit()) / static_cast<double>(rows);
    const double at = growth_inverse(u) * static_cast<double>(days);
    const double day = std::floor(at);
    double of_day = at - day;
    of_day += 0.13 * std::sin(kTwoPi * of_day); // monotone; slow (so: dense) at noon
    const double ago = static_cast<double>(days) - day - std::min(of_day, 0.999999);
    return anchor_ - static_cast<int64_t>(ago * static_cast<double>(kDay));
}

int64_t SampleShop::later(Random& random, int64_t time, double days) const {
    const auto span = static_cast<int64_t>(days * static_cast<double>(kDay) * random.unit());
    return time + std::min(span, static_cast<int64_t>(random.unit() *
                                                      static_cast<double>(anchor_ - time)));
}

int64_t SampleShop::customer_since(int64_t customer) const {
    Random random = draw(Subject::Customer, -customer);
    return moment(random, customer, customers, kCustomerDays);
}

int64_t SampleShop::customer_at(Random& random, int64_t time) const {
    int64_t customer = scatter(customer_rank_(random), customers);
    const double x =
        1.0 - static_cast<double>(anchor_ - time) / static_cast<double>(kCustomerDays * kDay);
    // A day's margin covers the rounding of moment() to the hours of a day.
    const double known = growth(std::clamp(x - 1.0 / kCustomerDays, 0.0, 1.0));
    const int64_t existing =
        std::max<int64_t>(1, static_cast<int64_t>(known * static_cast<double>(customers)) - 1);
    if (customer >= existing) {
        customer = static_cast<int64_t>(mix64(static_cast<uint64_t>(customer)) %
                                        static_cast<uint64_t>(existing));
    }
    return customer + 1;
}

int64_t SampleShop::popular_product(Random& random) const {
    return scatter(product_rank_(random), products) + 1;
}

void SampleShop::key_uuid(CopyStream& out, Subject subject, int64_t row) const {
    Random random = draw(subject, -row);
    const uint64_t high = random.next();
    out.uuid(high, random.next());
}

int64_t SampleShop::places_of(int64_t variant) const {
    Random random = draw(Subject::Stock, -variant);
    return long_tail(random, 2.0, kWarehouses);
}

int64_t SampleShop::variant_of(Random& random, int64_t product) const {
    return first_variant(product) + long_tail(random, 1.0, variants_of(product)) - 1;
}

OrderFacts SampleShop::make_order(int64_t order) const {
    Random random = draw(Subject::Order, order);
    OrderFacts facts;
    facts.placed_at = moment(random, order, orders, kOrderDays);
    const int64_t customer = customer_at(random, facts.placed_at);
    const int64_t addresses = addresses_of(customer);
    const int64_t first = first_address(customer);
    facts.customer = static_cast<int32_t>(customer);
    facts.shipping_address = static_cast<int32_t>(first + long_tail(random, 2.0, addresses) - 1);
    facts.billing_address = random.below(10) < 6
                                ? static_cast<int32_t>(random.between(first, first + addresses - 1))
                                : 0;
    facts.status = status_at(age_days(facts), random.unit());
    facts.lines = static_cast<int16_t>(long_tail(random, 1.1, 60));
    facts.fee_cents = facts.lines >= 4 ? 0 : (random.below(4) == 0 ? 1290 : 490);
    facts.items_cents = 0;
    for (int64_t i = 1; i <= facts.lines; ++i) {
        const LineFacts one = line(order, i);
        facts.items_cents += one.quantity * one.unit_cents;
    }
    return facts;
}

LineFacts SampleShop::line(int64_t order, int64_t line) const {
    Random random = draw(Subject::Line, order * 64 + line);
    LineFacts facts;
    facts.product = popular_product(random);
    facts.variant = variant_of(random, facts.product);
    facts.quantity = long_tail(random, 2.0, 20);
    facts.unit_cents = variant_cents(facts.product, facts.variant);
    return facts;
}

} // namespace pg_stress::core
