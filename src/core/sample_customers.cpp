// Who buys, and what is in the cart.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/sample_tables.hpp"
#include "core/sample_text.hpp"

namespace pg_stress::core {

namespace {

using namespace sample_text;
using Shop = const SampleShop&;

constexpr std::string_view kHosts[] = {"mail.example", "post.example", "inbox.example",
                                       "office.example", "home.example"};
constexpr std::string_view kHomes[] = {"DE", "US", "FR", "GB", "NL", "AT", "ES", "PL"};
constexpr std::string_view kLanguages[] = {"en", "de", "fr", "es", "pl"};

uint32_t public_address(Random& random) {
    return static_cast<uint32_t>(random.between(11, 200) << 24) |
           static_cast<uint32_t>(random.below(1U << 24));
}

void customer(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Customer, unit);
    const int64_t since = shop.customer_since(unit);
    const std::string given(given_name(random));
    const std::string family(family_name(random));
    CopyStream& out = sink.out.row(14).int8(unit);
    shop.key_uuid(out, Subject::Security, unit);
    out.text(slug(given + "." + family) + std::to_string(unit) + "@" +
             std::string(pick(random, kHosts)));
    out.text(given + " " + family);
    if (random.below(5) < 3) {
        out.text("+49 " + std::to_string(random.between(100'000, 9'999'999)));
    } else {
        out.null();
    }
    if (random.below(4) == 0) {
        out.null();
    } else {
        out.date(random.between(-22'000, 2'000));
    }
    out.int2(std::min<int64_t>(5, long_tail(random, 0.9, 6) - 1)).boolean(random.below(3) == 0);
    out.cents(random.below(5) == 0 ? random.between(1, 40) * 25'000 : 0);
    if (random.below(2) == 0) {
        out.null();
    } else {
        out.json("{\"language\": \"" + std::string(pick(random, kLanguages)) +
                 "\", \"page_size\": " + std::to_string(12 * (1 + random.below(4))) + "}");
    }
    if (unit > 1 && random.below(7) == 0) {
        out.int8(random.between(1, unit - 1));
    } else {
        out.null();
    }
    if (random.below(3) == 0) {
        out.null();
    } else {
        out.int8(shop.first_address(unit));
    }
    out.timestamp(since).timestamp(shop.later(random, since, 2 * SampleShop::kCustomerDays));
}

void customer_security(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Security, unit);
    if (random.below(10) >= 7) {
        return; // has never set a password
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string hash = "$scrypt$";
    for (int word = 0; word < 2; ++word) {
        for (uint64_t bits = random.next(), i = 0; i < 16; ++i, bits >>= 4) {
            hash.push_back(kHex[bits & 15]);
        }
    }
    sink.out.row(6).int8(unit).text(hash).boolean(random.below(5) == 0);
    sink.out.int2(random.below(20) == 0 ? long_tail(random, 1.0, 12) : 0);
    sink.out.inet(public_address(random));
    sink.out.timestamp(shop.later(random, shop.customer_since(unit), 2000));
}

void address(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Address, unit);
    const int64_t since = shop.customer_since(unit);
    for (int64_t i = 0; i < shop.addresses_of(unit); ++i) {
        CopyStream& out = sink.out.row(9).int8(shop.first_address(unit) + i).int8(unit);
        out.text(std::string(given_name(random)) + " " + std::string(family_name(random)));
        out.text(std::string(street(random)) + " " + std::to_string(random.between(1, 220)));
        if (random.below(5) == 0) {
            out.text("Floor " + std::to_string(random.between(1, 12)));
        } else {
            out.null();
        }
        out.text(town(random)).text(std::to_string(random.between(10'000, 99'999)));
        out.text(kHomes[static_cast<size_t>(long_tail(random, 0.8, 8) - 1)]);
        out.timestamp(since + i * SampleShop::kMinute);
    }
}

void wishlist_item(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Wish, unit);
    if (random.below(4) != 0) {
        return;
    }
    std::vector<int64_t> seen;
    int64_t at = shop.customer_since(unit);
    for (int64_t left = long_tail(random, 1.2, 30); left > 0; --left) {
        const int64_t product = shop.popular_product(random);
        at = shop.later(random, at, 60);
        if (std::ranges::find(seen, product) == seen.end()) {
            seen.push_back(product);
            sink.out.row(4).int8(unit).int8(product).int2(random.between(1, 5)).timestamp(at);
        }
    }
}

int64_t cart_created(Shop shop, int64_t cart) {
    Random random = shop.draw(Subject::Cart, cart);
    return shop.moment(random, cart, shop.carts, 60);
}

void cart(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Cart, shop.carts + unit);
    const int64_t created = cart_created(shop, unit);
    sink.out.row(5);
    shop.key_uuid(sink.out, Subject::Cart, unit);
    if (random.below(5) < 3) {
        sink.out.int8(shop.customer_at(random, created));
    } else {
        sink.out.null();
    }
    sink.out.inet(public_address(random)).timestamp(created);
    sink.out.timestamp(created + 14 * SampleShop::kDay);
}

void cart_item(Shop shop, int64_t unit, RowSink& sink) {
    Random random = shop.draw(Subject::Cart, 2 * shop.carts + unit);
    std::vector<int64_t> seen;
    int64_t at = cart_created(shop, unit);
    for (int64_t left = long_tail(random, 1.2, 30); left > 0; --left) {
        const int64_t variant = shop.variant_of(random, shop.popular_product(random));
        at = shop.later(random, at, 0.02);
        if (std::ranges::find(seen, variant) == seen.end()) {
            seen.push_back(variant);
            sink.out.row(4);
            shop.key_uuid(sink.out, Subject::Cart, unit);
            sink.out.int8(variant).int2(long_tail(random, 2.0, 20)).timestamp(at);
        }
    }
}

constexpr SampleTable kTables[] = {
    {"customer",
     "customer_id public_id email full_name phone birth_date level newsletter credit_limit "
     "preferences referred_by default_address_id created_at last_seen_at",
     [](Shop shop) { return shop.customers; }, customer},
    {"customer_security",
     "customer_id password_hash two_factor failed_logins last_login_ip last_login_at",
     [](Shop shop) { return shop.customers; }, customer_security},
    {"address",
     "address_id customer_id recipient line1 line2 city postal_code country_code created_at",
     [](Shop shop) { return shop.customers; }, address},
    {"wishlist_item", "customer_id product_id priority added_at",
     [](Shop shop) { return shop.customers; }, wishlist_item},
    {"cart", "cart_id customer_id client_ip created_at expires_at",
     [](Shop shop) { return shop.carts; }, cart},
    {"cart_item", "cart_id variant_id quantity added_at", [](Shop shop) { return shop.carts; },
     cart_item},
};

} // namespace

std::span<const SampleTable> customer_tables() { return kTables; }

} // namespace pg_stress::core
