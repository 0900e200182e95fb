// Orders with all that hangs on them. Every writer works from the same facts of an order.
#include <cstdint>
#include <string>

#include "core/sample_tables.hpp"
#include "core/sample_text.hpp"

namespace pg_stress::core {

namespace {

using namespace sample_text;
using Shop = const SampleShop&;

constexpr std::string_view kStatusLabels[] = {"pending",   "paid",     "packed",   "shipped",
                                              "delivered", "returned", "cancelled"};
constexpr std::string_view kMethods[] = {"card", "card", "card", "wallet", "transfer", "voucher"};
constexpr std::string_view kCarriers[] = {"post", "parcel", "parcel", "express", "freight"};

void customer_order(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Order, -unit);
    const OrderFacts& facts = shop.order(unit);
    CopyStream& out = sink.out.row(11).int8(unit).int8(facts.customer).int8(facts.shipping_address);
    if (facts.billing_address == 0) {
        out.null();
    } else {
        out.int8(facts.billing_address);
    }
    out.text(kStatusLabels[static_cast<size_t>(facts.status)]);
    out.int4(facts.lines).cents(facts.items_cents).cents(facts.fee_cents);
    if (random.below(12) == 0) {
        std::string note;
        append_prose(note, random, 3 * long_tail(random, 1.2, 30));
        out.text(note);
    } else {
        out.null();
    }
    out.timestamp(facts.placed_at).timestamp(shop.later(random, facts.placed_at, 12));
}

void order_line(Shop shop, int64_t unit, RowSink& sink) {
    const int64_t lines = shop.order(unit).lines;
    for (int64_t i = 1; i <= lines; ++i) {
        const LineFacts line = shop.line(unit, i);
        sink.out.row(5).int8(unit).int8(++sink.serial).int8(line.variant);
        sink.out.int4(line.quantity).cents(line.unit_cents);
    }
}

void one_payment(Shop shop, int64_t order, int64_t attempt, std::string_view status, int64_t cents,
                 int64_t at, Random& random, RowSink& sink) {
    sink.out.row(7);
    shop.key_uuid(sink.out, Subject::Payment, order * 2 + attempt);
    sink.out.int8(order).text(pick(random, kMethods)).text(status).cents(cents);
    if (status == "failed") {
        sink.out.null();
    } else {
        sink.out.text("TX" + std::to_string(random.next() >> 20));
    }
    sink.out.timestamp(at);
}

void payment(Shop shop, int64_t unit, RowSink& sink) {
    const OrderFacts& facts = shop.order(unit);
    if (facts.status == OrderStatus::Pending) {
        return;
    }
    Random random = shop.draw(Subject::Payment, unit);
    const int64_t cents = facts.total_cents();
    int64_t at = shop.later(random, facts.placed_at, 0.02);
    if (random.below(16) == 0) {
        one_payment(shop, unit, 1, "failed", cents, at, random, sink);
        at = shop.later(random, at, 0.02);
    }
    const bool back =
        facts.status == OrderStatus::Returned || facts.status == OrderStatus::Cancelled;
    const bool fresh = shop.age_days(facts) < 1;
    one_payment(shop, unit, 0,
                back    ? "refunded"
                : fresh ? "authorized"
                        : "captured",
                cents, at, random, sink);
}

void shipment(Shop shop, int64_t unit, RowSink& sink) {
    const OrderFacts& facts = shop.order(unit);
    const bool packed = facts.status == OrderStatus::Packed;
    const bool there =
        facts.status == OrderStatus::Delivered || facts.status == OrderStatus::Returned;
    if (!packed && !there && facts.status != OrderStatus::Shipped) {
        return;
    }
    Random random = shop.draw(Subject::Shipment, unit);
    const int64_t parcels = long_tail(random, 4.0, facts.lines);
    for (int64_t i = 0; i < parcels; ++i) {
        const int64_t shipped = shop.later(random, facts.placed_at, 4);
        CopyStream& out = sink.out.row(9).int8(++sink.serial).int8(unit);
        out.int4(random.between(1, SampleShop::kWarehouses)).text(pick(random, kCarriers));
        if (packed) {
            out.null();
        } else {
            out.text("T" + std::to_string(100'000'000 + unit * 60 + i));
        }
        out.text(packed ? "preparing" : there ? "delivered" : "in_transit");
        out.int4(200 + 150 * long_tail(random, 0.8, 200));
        if (packed) {
            out.null().null();
        } else if (!there) {
            out.timestamp(shipped).null();
        } else {
            out.timestamp(shipped).timestamp(shop.later(random, shipped, 9));
        }
    }
}

void promotion(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Promotion, unit);
    const int64_t starts = shop.moment(random, unit, shop.promotions, SampleShop::kOrderDays);
    sink.out.row(6).int4(unit).text("SAVE" + std::to_string(1000 + unit));
    sink.out.cents(random.between(1, 10) * 500).boolean(random.below(4) == 0);
    sink.out.date(starts / SampleShop::kDay);
    sink.out.date(starts / SampleShop::kDay + random.between(7, 90));
}

void promotion_use(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Redemption, unit);
    if (random.below(8) != 0) {
        return;
    }
    const int64_t first = long_tail(random, 0.5, shop.promotions);
    const int64_t count = random.below(10) == 0 ? 2 : 1;
    for (int64_t i = 0; i < count; ++i) {
        sink.out.row(3).int4((first + i * 3) % shop.promotions + 1).int8(unit);
        sink.out.int4(random.between(0, 40) * 5);
    }
}

constexpr auto kOrders = [](Shop shop) { return shop.orders; };

constexpr SampleTable kTables[] = {
    {"customer_order",
     "order_id customer_id shipping_address_id billing_address_id status line_count items_total "
     "shipping_fee note placed_at updated_at",
     kOrders, customer_order},
    {"order_line", "order_id line_id variant_id quantity unit_price", kOrders, order_line},
    {"payment", "payment_id order_id method status amount reference created_at", kOrders, payment},
    {"shipment",
     "shipment_id order_id warehouse_id carrier tracking_no status weight_grams shipped_at "
     "delivered_at",
     kOrders, shipment},
    {"promotion", "promotion_id promotion_code percent combinable starts_on ends_on",
     [](Shop shop) { return shop.promotions; }, promotion},
    {"promotion_use", "promotion_id order_id points", kOrders, promotion_use},
};

} // namespace

std::span<const SampleTable> sales_tables() { return kTables; }

} // namespace pg_stress::core
