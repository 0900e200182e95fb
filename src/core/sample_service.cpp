// What follows a sale, and what only grows: reviews, tickets, tasks, activity.
#include <cstdint>
#include <string>

#include "core/sample_tables.hpp"
#include "core/sample_text.hpp"

namespace pg_stress::core {

namespace {

using namespace sample_text;
using Shop = const SampleShop&;

constexpr std::string_view kLabels[] = {"refund", "delivery", "quality", "invoice", "account"};
constexpr std::string_view kKinds[] = {"mail", "mail", "mail", "invoice", "export", "sync"};
constexpr std::string_view kActions[] = {"view",   "view",   "view",  "view",
                                         "search", "search", "login", "add_to_cart"};

/** Row i of n belongs to an order, so that rows come in the order of time. */
int64_t order_for(Shop shop, int64_t row, int64_t rows) {
    return (row - 1) * shop.orders / rows + 1;
}

void review(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Review, unit);
    const int64_t order = order_for(shop, unit, shop.reviews);
    const OrderFacts& facts = shop.order(order);
    sink.out.row(8).int8(unit).int8(shop.line(order, 1).product);
    if (random.below(30) == 0) {
        sink.out.null();
    } else {
        sink.out.int8(facts.customer);
    }
    sink.out.int2(6 - long_tail(random, 1.1, 5));
    std::string text;
    append_prose(text, random, random.between(2, 6));
    sink.out.text(text);
    if (random.below(4) == 0) {
        sink.out.null();
    } else {
        text.clear();
        append_prose(text, random, 4 * long_tail(random, 0.9, 100));
        sink.out.text(text);
    }
    sink.out.int4(long_tail(random, 0.9, 500) - 1);
    sink.out.timestamp(shop.later(random, facts.placed_at, 21));
}

struct TicketFacts {
    int64_t order, customer, opened;
};

TicketFacts ticket_facts(Shop shop, int64_t ticket) {
    Random random = shop.draw(Subject::Ticket, ticket);
    const int64_t order = order_for(shop, ticket, shop.tickets);
    const OrderFacts& facts = shop.order(order);
    const int64_t opened = shop.later(random, facts.placed_at, 10);
    return {random.below(10) < 7 ? order : 0, facts.customer, opened};
}

void ticket(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Ticket, -unit);
    const TicketFacts facts = ticket_facts(shop, unit);
    CopyStream& out = sink.out.row(9).int8(unit).int8(facts.customer);
    if (facts.order == 0) {
        out.null();
    } else {
        out.int8(facts.order);
    }
    if (random.below(10) == 0) {
        out.null();
    } else {
        out.int4(random.between(1, shop.employees));
    }
    const bool old = shop.anchor() - facts.opened > 20 * SampleShop::kDay;
    out.text(old && random.below(40) != 0 ? "closed" : random.below(3) == 0 ? "waiting" : "open");
    out.int2(random.between(1, 5));
    std::string subject;
    append_prose(subject, random, random.between(3, 8));
    out.text(subject);
    const std::string_view label = pick(random, kLabels);
    if (random.below(3) == 0) {
        out.texts({label, "urgent"});
    } else {
        out.texts({label});
    }
    out.timestamp(facts.opened);
}

void ticket_message(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Message, unit);
    int64_t sent = ticket_facts(shop, unit).opened;
    const int64_t messages = long_tail(random, 1.3, 40);
    std::string body;
    for (int64_t i = 0; i < messages; ++i) {
        body.clear();
        append_prose(body, random, 8 * long_tail(random, 0.9, 400)); // a few are stored out of line
        sink.out.row(5)
            .int8(++sink.serial)
            .int8(unit)
            .boolean(i % 2 == 0)
            .text(body)
            .timestamp(sent);
        sent = shop.later(random, sent, 2);
    }
}

void task(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Task, unit);
    const int64_t due = shop.moment(random, unit, shop.tasks, 20);
    const bool waits = unit * 20 > shop.tasks * 19;
    CopyStream& out = sink.out.row(9).int8(unit).text(pick(random, kKinds));
    out.text(waits ? "pending" : random.below(50) == 0 ? "failed" : "done");
    out.int2(random.between(1, 9)).int2(waits ? 0 : long_tail(random, 2.0, 5));
    out.json("{\"order\": " + std::to_string(random.between(1, shop.orders)) + ", \"copies\": 1}");
    out.timestamp(due);
    if (waits) {
        out.null().null();
    } else {
        out.timestamp(shop.later(random, due, 0.01));
        out.text("worker-" + std::to_string(random.between(1, 4)));
    }
}

void activity(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Activity, unit);
    const int64_t at = shop.moment(random, unit, shop.activities, 180);
    CopyStream& out = sink.out.row(8).int8(unit).timestamp(at);
    if (random.below(10) < 3) {
        out.null();
    } else {
        out.int8(shop.customer_at(random, at));
    }
    const std::string_view action = pick(random, kActions);
    out.text(action);
    out.text(action == "view" ? "/product/" + std::to_string(shop.popular_product(random))
                              : "/" + std::string(action));
    out.inet(0x0a000000U | static_cast<uint32_t>(random.below(1U << 20)));
    out.int4(3 * long_tail(random, 0.9, 3000));
    if (action == "search") {
        out.json("{\"words\": \"" + std::string(material(random)) + " " +
                 std::string(thing(random)) + "\", \"hits\": " + std::to_string(random.below(90)) +
                 "}");
    } else {
        out.null();
    }
}

constexpr SampleTable kTables[] = {
    {"review", "review_id product_id customer_id rating title body helpful_votes created_at",
     [](Shop shop) { return shop.reviews; }, review},
    {"ticket",
     "ticket_id customer_id order_id assignee_id status priority subject labels opened_at",
     [](Shop shop) { return shop.tickets; }, ticket},
    {"ticket_message", "message_id ticket_id from_customer body sent_at",
     [](Shop shop) { return shop.tickets; }, ticket_message},
    {"task", "task_id kind state priority attempts payload run_after started_at worker",
     [](Shop shop) { return shop.tasks; }, task},
    {"activity", "activity_id occurred_at customer_id action path client_ip duration_ms details",
     [](Shop shop) { return shop.activities; }, activity},
};

} // namespace

std::span<const SampleTable> service_tables() { return kTables; }

} // namespace pg_stress::core
