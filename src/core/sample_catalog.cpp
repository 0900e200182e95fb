// What is looked up and what is sold: countries to stock movements.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/sample_tables.hpp"
#include "core/sample_text.hpp"

namespace pg_stress::core {

namespace {

using namespace sample_text;
using Shop = const SampleShop&;

struct Country {
    std::string_view code, name, currency;
    int64_t vat_hundredths;
};
constexpr Country kCountryList[] = {
    {"AT", "Austria", "EUR", 2000},        {"AU", "Australia", "AUD", 1000},
    {"BE", "Belgium", "EUR", 2100},        {"BR", "Brazil", "BRL", 1700},
    {"CA", "Canada", "CAD", 500},          {"CH", "Switzerland", "CHF", 810},
    {"CZ", "Czechia", "CZK", 2100},        {"DE", "Germany", "EUR", 1900},
    {"DK", "Denmark", "DKK", 2500},        {"ES", "Spain", "EUR", 2100},
    {"FI", "Finland", "EUR", 2550},        {"FR", "France", "EUR", 2000},
    {"GB", "United Kingdom", "GBP", 2000}, {"IE", "Ireland", "EUR", 2300},
    {"IT", "Italy", "EUR", 2200},          {"JP", "Japan", "JPY", 1000},
    {"MX", "Mexico", "MXN", 1600},         {"NL", "Netherlands", "EUR", 2100},
    {"NO", "Norway", "NOK", 2500},         {"PL", "Poland", "PLN", 2300},
    {"PT", "Portugal", "EUR", 2300},       {"SE", "Sweden", "SEK", 2500},
    {"US", "United States", "USD", 0},     {"ZA", "South Africa", "ZAR", 1500}};
static_assert(std::size(kCountryList) == SampleShop::kCountries);

constexpr std::string_view kColours[] = {"white", "black", "red", "green", "blue", "grey", "sand"};
constexpr std::string_view kSizes[] = {"S", "M", "L", "XL"};
constexpr std::string_view kTags[] = {"new",    "sale",     "gift",    "eco",        "outdoor",
                                      "indoor", "handmade", "limited", "bestseller", "clearance"};

int64_t day_of(int64_t micros) { return micros / SampleShop::kDay; }

/** A parent with a smaller number, so that a tree of a thousand is about six levels deep. */
int64_t parent_of(Random& random, int64_t node) {
    return std::max<int64_t>(1, random.between(node / 4, node / 2));
}

void country(Shop, int64_t unit, RowSink& sink) {
    const Country& one = kCountryList[unit - 1];
    sink.out.row(4).text(one.code).text(one.name).text(one.currency).cents(one.vat_hundredths);
}

void warehouse(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Warehouse, unit);
    sink.out.row(5).int4(unit).text(std::string(town(random)) + " Depot");
    sink.out.text(kCountryList[random.below(SampleShop::kCountries)].code);
    sink.out.date(day_of(shop.anchor()) - random.between(1500, 4000)).boolean(true);
}

void employee(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Employee, unit);
    sink.out.row(6).int4(unit);
    if (unit == 1) {
        sink.out.null();
    } else {
        sink.out.int4(parent_of(random, unit));
    }
    const bool leads = unit * 4 <= shop.employees;
    sink.out.text(std::string(given_name(random)) + " " + std::string(family_name(random)));
    sink.out.text(unit == 1 ? "director" : unit <= 6 ? "manager" : leads ? "lead" : "agent");
    sink.out.cents(random.between(28, leads ? 90 : 55) * 100'000);
    sink.out.date(day_of(shop.anchor()) - random.between(30, 3600));
}

void category(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Category, unit);
    sink.out.row(5).int4(unit);
    if (unit <= 4) {
        sink.out.null();
    } else {
        sink.out.int4(parent_of(random, unit));
    }
    const std::string name =
        std::string(adjective(random)) + " " + std::string(thing(random)) + "s";
    sink.out.text(name).text(slug(name) + "-" + std::to_string(unit)).int2(unit % 20);
}

void brand(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Brand, unit);
    const std::string name = std::string(family_name(random)) + " " +
                             std::string(material(random)) + " " + std::to_string(unit);
    sink.out.row(5);
    shop.key_uuid(sink.out, Subject::Brand, unit);
    sink.out.text(name).text(kCountryList[random.below(SampleShop::kCountries)].code);
    if (random.below(4) == 0) {
        sink.out.null();
    } else {
        sink.out.text("https://" + slug(name) + ".example");
    }
    sink.out.int2(random.between(1890, 2020));
}

void product(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Product, unit);
    const int64_t before_orders = SampleShop::kOrderDays * SampleShop::kDay;
    const int64_t created = shop.moment(random, unit, shop.products,
                                        SampleShop::kProductDays - SampleShop::kOrderDays) -
                            before_orders;
    const std::string_view from = material(random);
    const std::string name = std::string(adjective(random)) + " " + std::string(from) + " " +
                             std::string(thing(random)) + " " +
                             std::to_string(random.below(60) * 5);
    sink.out.row(11).int8(unit);
    if (random.below(50) == 0) {
        sink.out.null();
    } else {
        shop.key_uuid(sink.out, Subject::Brand, long_tail(random, 0.5, shop.brands));
    }
    sink.out.text(name).text(slug(name) + "-" + std::to_string(unit));
    std::string text;
    append_prose(text, random, 6 * long_tail(random, 1.1, 60));
    sink.out.text(text);
    const uint64_t state = random.below(20);
    sink.out.text(state == 0 ? "draft" : state <= 2 ? "retired" : "active");
    sink.out.cents(shop.product_cents(unit));
    std::string_view tags[3];
    const uint64_t count = random.below(4);
    const uint64_t first = random.below(10);
    for (uint64_t i = 0; i < count; ++i) {
        tags[i] = kTags[(first + i * 3) % 10];
    }
    sink.out.texts(tags, count);
    std::string attributes = "{\"colour\": \"" + std::string(pick(random, kColours)) +
                             "\", \"material\": \"" + std::string(from) +
                             "\", \"width_mm\": " + std::to_string(random.between(5, 200) * 10);
    if (random.below(3) == 0) {
        attributes += ", \"care\": {\"washable\": true, \"degrees\": " +
                      std::to_string(30 + 10 * random.below(4)) + "}";
    }
    sink.out.json(attributes + "}");
    sink.out.timestamp(created).timestamp(shop.later(random, created, 900));
}

void product_category(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Category, -unit);
    const int64_t count = long_tail(random, 1.8, 4);
    const int64_t first = long_tail(random, 0.4, shop.categories);
    for (int64_t i = 0; i < count; ++i) {
        sink.out.row(3).int8(unit).int4((first + i * 7) % shop.categories + 1).int2(i);
    }
}

void product_variant(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Variant, unit);
    for (int64_t i = 0; i < shop.variants_of(unit); ++i) {
        const int64_t variant = shop.first_variant(unit) + i;
        sink.out.row(8).int8(variant).int8(unit);
        sink.out.text("P" + std::to_string(unit) + "-" + std::to_string(i + 1));
        sink.out.cents(shop.variant_cents(unit, variant)).int4(random.between(40, 9000));
        sink.out.text(pick(random, kSizes)).text(pick(random, kColours));
        sink.out.boolean(random.below(25) != 0);
    }
}

void price_change(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Price, unit);
    const int64_t changed = shop.moment(random, unit, shop.price_changes, SampleShop::kOrderDays);
    const int64_t of = shop.popular_product(random);
    const int64_t variant = shop.variant_of(random, of);
    const int64_t price = shop.variant_cents(of, variant);
    sink.out.row(5).int8(unit).int8(variant);
    sink.out.cents(price * random.between(80, 99) / 100)
        .cents(price * random.between(100, 120) / 100);
    sink.out.timestamp(changed);
}

void stock_level(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Stock, unit);
    for (int64_t place = 0; place < shop.places_of(unit); ++place) {
        const int64_t on_hand = 4 * long_tail(random, 0.8, 500);
        sink.out.row(5).int4(SampleShop::warehouse(unit, place)).int8(unit);
        sink.out.int4(on_hand).int4(random.between(0, on_hand / 3));
        sink.out.timestamp(shop.anchor() - random.between(1, 90 * SampleShop::kDay));
    }
}

void stock_movement(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Movement, unit);
    const int64_t moved = shop.moment(random, unit, shop.movements, 365);
    const int64_t variant = shop.variant_of(random, shop.popular_product(random));
    const int64_t place = random.between(0, shop.places_of(variant) - 1);
    const uint64_t reason = random.below(20);
    sink.out.row(6).int8(unit).int4(SampleShop::warehouse(variant, place)).int8(variant);
    sink.out.text(reason < 14    ? "sale"
                  : reason < 18  ? "purchase"
                  : reason == 18 ? "return"
                                 : "correction");
    const int64_t quantity = long_tail(random, 1.5, 50);
    sink.out.int4(reason < 14 ? -quantity : quantity).timestamp(moved);
}

constexpr SampleTable kTables[] = {
    {"country", "country_code name currency vat_percent",
     [](Shop) { return SampleShop::kCountries; }, country},
    {"warehouse", "warehouse_id name country_code opened_on active",
     [](Shop) { return SampleShop::kWarehouses; }, warehouse},
    {"employee", "employee_id manager_id full_name role salary hired_on",
     [](Shop shop) { return shop.employees; }, employee},
    {"category", "category_id parent_id name slug position",
     [](Shop shop) { return shop.categories; }, category},
    {"brand", "brand_id name country_code website founded", [](Shop shop) { return shop.brands; },
     brand},
    {"product",
     "product_id brand_id name slug description status base_price tags attributes created_at "
     "updated_at",
     [](Shop shop) { return shop.products; }, product},
    {"product_category", "product_id category_id position", [](Shop shop) { return shop.products; },
     product_category},
    {"product_variant", "variant_id product_id sku price weight_grams size colour active",
     [](Shop shop) { return shop.products; }, product_variant},
    {"price_change", "price_change_id variant_id old_price new_price changed_at",
     [](Shop shop) { return shop.price_changes; }, price_change},
    {"stock_level", "warehouse_id variant_id on_hand reserved updated_at",
     [](Shop shop) { return shop.last_variant(); }, stock_level},
    {"stock_movement", "movement_id warehouse_id variant_id reason quantity moved_at",
     [](Shop shop) { return shop.movements; }, stock_movement},
};

} // namespace

std::span<const SampleTable> catalog_tables() { return kTables; }

} // namespace pg_stress::core
