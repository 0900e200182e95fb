// Classes of hand-made tables, and chains that stay bounded.
#include "core/classifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

using namespace pg_stress::core;

namespace {

/** Makes models: columns by family, keys by names. */
class Maker {
  public:
    Table& table(const std::string& name, double rows = 0) {
        Table table;
        table.schema = "s";
        table.name = name;
        table.rows = rows;
        model.tables.push_back(table);
        return model.tables.back();
    }
    static Column& column(Table& table, const std::string& name, TypeFamily family,
                          bool not_null = true) {
        Column column;
        column.name = name;
        column.number = static_cast<int16_t>(table.columns.size() + 1);
        column.family = family;
        column.integer_bytes = family == TypeFamily::Integer ? 8 : 0;
        column.not_null = not_null;
        table.columns.push_back(column);
        return table.columns.back();
    }
    static void unique(Table& table, const std::vector<int16_t>& columns, bool primary) {
        Index index;
        index.name = table.name + (primary ? "_pkey" : "_key");
        index.columns = columns;
        index.unique = true;
        index.primary = primary;
        table.indexes.push_back(index);
    }
    /** A table with a self-filling key, and so many columns of text and time. */
    Table& usual(const std::string& name, int texts, int times, double rows = 0) {
        Table& made = table(name, rows);
        column(made, "id", TypeFamily::Integer).serial = true;
        unique(made, {1}, true);
        for (int i = 0; i < texts; ++i) {
            column(made, "text" + std::to_string(i), TypeFamily::Text);
        }
        for (int i = 0; i < times; ++i) {
            column(made, "time" + std::to_string(i), TypeFamily::Timestamp).has_default = true;
        }
        return made;
    }
    static void state(Table& table) {
        Column& made = column(table, "state", TypeFamily::Enum);
        made.labels = {"new", "done"};
        made.has_default = true;
    }
    void refer(const std::string& child, const std::string& parent, bool primary = false) {
        keys_.push_back({child, parent, primary});
    }
    /** Sorts, adds the columns of foreign keys, classifies. */
    SchemaModel& finish(const std::vector<ClassOverride>& overrides = {}) {
        std::sort(model.tables.begin(), model.tables.end(),
                  [](const Table& a, const Table& b) { return a.name < b.name; });
        uint32_t oid = 1;
        for (Table& each : model.tables) {
            each.oid = oid++;
        }
        for (const auto& [child, parent, primary] : keys_) {
            ForeignKey key;
            key.child = model.find_table("s", child);
            key.parent = model.find_table("s", parent);
            key.name = child + "_" + parent;
            Table& from = model.tables[static_cast<size_t>(key.child)];
            column(from, parent + "_id", TypeFamily::Integer);
            key.columns = {from.columns.back().number};
            key.parent_columns = {1};
            if (primary) {
                primaries_[key.child].push_back(key.columns[0]);
            }
            model.foreign_keys.push_back(key);
        }
        for (const auto& [child, columns] : primaries_) {
            unique(model.tables[static_cast<size_t>(child)], columns, true);
        }
        model.index_tables();
        classify(model, overrides);
        return model;
    }
    std::string class_of(const std::string& name) {
        return to_string(
            model.tables[static_cast<size_t>(model.find_table("s", name))].table_class);
    }

    SchemaModel model;

  private:
    struct Key {
        std::string child, parent;
        bool primary;
    };
    std::vector<Key> keys_;
    std::map<int, std::vector<int16_t>> primaries_;
};

/** A shop of every class; names say what is expected, and are not what is judged. */
Maker shop() {
    Maker maker;
    maker.model.tables.reserve(32);
    maker.usual("country", 2, 0, 200);
    maker.usual("customer", 4, 2, 10000);
    maker.usual("category", 1, 0, 50);
    Table& product = maker.usual("product", 3, 2, 5000);
    Maker::state(product);
    Maker::unique(product, {2}, false);
    Maker::state(maker.usual("purchase", 0, 2, 100000));
    maker.usual("purchase_line", 0, 0, 300000);
    maker.table("product_tag", 9000);
    maker.usual("tag", 1, 0, 40);
    maker.table("customer_profile", 10000);
    maker.usual("visit", 1, 1, 1e6);
    Table& task = maker.usual("task", 1, 1, 100);
    Maker::state(task);
    Index next;
    next.name = "task_next";
    next.partial = true;
    next.columns = {3};
    task.indexes.push_back(next);

    maker.refer("customer", "country");
    maker.refer("category", "category");
    maker.refer("product", "category");
    maker.refer("purchase", "customer");
    maker.refer("purchase_line", "purchase");
    maker.refer("purchase_line", "product");
    maker.refer("product_tag", "product", true);
    maker.refer("product_tag", "tag", true);
    maker.refer("customer_profile", "customer", true);
    maker.refer("visit", "customer");
    return maker;
}

const std::vector<std::pair<std::string, std::string>> kExpected = {
    {"country", "lookup"},
    {"customer", "entity"},
    {"category", "hierarchical"},
    {"product", "entity"},
    {"purchase", "transactional"},
    {"purchase_line", "transactional"},
    {"product_tag", "junction"},
    {"tag", "lookup"},
    {"customer_profile", "satellite"},
    {"visit", "append_only"},
    {"task", "queue"}};

TEST(Classifier, KnowsEveryClass) {
    Maker maker = shop();
    maker.finish();
    for (const auto& [table, expected] : kExpected) {
        EXPECT_EQ(maker.class_of(table), expected) << table;
    }
    for (const Table& table : maker.model.tables) {
        EXPECT_FALSE(table.evidence.empty()) << table.name;
        EXPECT_GT(table.confidence, 0) << table.name;
        EXPECT_LE(table.confidence, 1) << table.name;
    }
}

TEST(Classifier, NamesPlayNoPart) {
    Maker maker = shop();
    maker.finish();
    SchemaModel renamed = maker.model;
    for (Table& table : renamed.tables) { // another order than that of the names is kept
        table.name = "t" + std::to_string(table.oid + 100);
        for (Column& column : table.columns) {
            column.name = "c" + std::to_string(column.number);
        }
    }
    classify(renamed, {});
    for (size_t i = 0; i < renamed.tables.size(); ++i) {
        EXPECT_EQ(renamed.tables[i].table_class, maker.model.tables[i].table_class)
            << maker.model.tables[i].name;
    }
}

TEST(Classifier, AStateOfAnAddressIsNoStatus) { // text without a default, though of few values
    Maker maker;
    maker.model.tables.reserve(2);
    Table& address = maker.usual("address", 3, 1, 50000);
    address.columns[2].statistics = {true, 0, 50, 0, 3};
    maker.usual("customer", 4, 1, 10000);
    maker.refer("address", "customer");
    maker.finish();
    EXPECT_EQ(maker.class_of("address"), "append_only");
    EXPECT_EQ(maker.model.tables[0].evidence.find("status-like"), std::string::npos);
}

TEST(Classifier, APaymentWithAStateMoves) { // the earlier system called it append_only
    Maker maker = shop();
    maker.model.tables.reserve(33);
    Maker::state(maker.usual("zpayment", 0, 1, 100000));
    maker.refer("zpayment", "purchase");
    maker.finish();
    EXPECT_EQ(maker.class_of("zpayment"), "transactional");
}

TEST(Classifier, ASelfReferenceThatFewRowsHaveMakesNoTree) {
    for (const double null_fraction : {0.1, 0.9}) {
        Maker maker;
        maker.model.tables.reserve(2);
        maker.usual("customer", 4, 2, 10000);
        maker.usual("purchase", 1, 1, 10000);
        maker.refer("customer", "customer");
        maker.refer("purchase", "customer");
        maker.finish();
        maker.model.tables[0].columns.back().statistics = {true, null_fraction, -1, 0, 8};
        classify(maker.model, {});
        EXPECT_EQ(maker.class_of("customer"), null_fraction < 0.5 ? "hierarchical" : "entity");
    }
}

TEST(Classifier, WhichOfACycleComesFirstByNameDoesNotMatter) { // a customer's default address
    for (const bool swapped : {false, true}) {
        Maker maker;
        maker.model.tables.reserve(2);
        const std::string customer = swapped ? "a" : "b", address = swapped ? "b" : "a";
        Maker::state(maker.usual(customer, 3, 2, 10000));
        maker.usual(address, 4, 1, 15000);
        maker.refer(address, customer);
        maker.refer(customer, address);
        maker.finish();
        EXPECT_EQ(maker.class_of(customer), "entity");
        EXPECT_EQ(maker.class_of(address), "entity");
    }
}

TEST(Classifier, APartOfATransactionIsNoQueue) { // though an index finds those to do next
    Maker maker = shop();
    maker.model.tables.reserve(33);
    Table& shipment = maker.usual("shipment", 0, 1, 1000);
    Maker::state(shipment);
    Index next;
    next.partial = true;
    next.columns = {2};
    shipment.indexes.push_back(next);
    maker.refer("shipment", "purchase");
    maker.finish();
    EXPECT_EQ(maker.class_of("shipment"), "transactional");
}

TEST(Classifier, ARatingIsNoState) { // checked and of few values, but no row starts with it
    Maker maker = shop();
    maker.model.tables.reserve(33);
    Table& review = maker.usual("review", 1, 1, 1000);
    Column& rating = Maker::column(review, "rating", TypeFamily::Integer);
    rating.integer_bytes = 2;
    rating.statistics = {true, 0, 5, 0, 2};
    review.checks.push_back({"rating_range", {rating.number}});
    maker.refer("review", "customer");
    maker.finish();
    EXPECT_EQ(maker.class_of("review"), "append_only");
}

TEST(Classifier, OverrideWinsAndSaysWhatItReplaces) {
    Maker maker = shop();
    maker.finish({{"s", "visit", TableClass::Queue}, {"s", "not_there", TableClass::Entity}});
    const Table& visit =
        maker.model.tables[static_cast<size_t>(maker.model.find_table("s", "visit"))];
    EXPECT_EQ(visit.table_class, TableClass::Queue);
    EXPECT_TRUE(visit.class_overridden);
    EXPECT_EQ(visit.confidence, 1);
    EXPECT_NE(visit.evidence.find("append_only"), std::string::npos);
}

TEST(Classifier, TakesCyclesAndEmptyModels) {
    SchemaModel empty;
    classify(empty, {});
    EXPECT_TRUE(find_chains(empty).empty());
    Maker maker;
    maker.model.tables.reserve(3);
    for (const char* name : {"a", "b", "c"}) {
        maker.usual(name, 1, 1);
    }
    maker.refer("a", "b");
    maker.refer("b", "c");
    maker.refer("c", "a");
    maker.finish();
    const auto chains = find_chains(maker.model);
    EXPECT_EQ(chains.size(), 6U); // two from each table; none goes round
    EXPECT_EQ(chains.front().tables.size(), 3U);
}

TEST(Chains, FollowEveryKeyOfAPairAndMultiplyTheFanOut) {
    Maker maker;
    maker.model.tables.reserve(3);
    maker.usual("a", 1, 0, 10);
    maker.usual("b", 1, 0, 100);
    maker.usual("c", 1, 0, 400);
    maker.refer("b", "a");
    maker.refer("b", "a");
    maker.refer("c", "b");
    maker.refer("a", "a"); // of itself: in no chain
    maker.finish();
    const auto chains = find_chains(maker.model);
    ASSERT_EQ(chains.size(), 5U); // a-b-c twice, a-b twice, b-c
    EXPECT_EQ(chains[0].tables, (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(chains[0].foreign_keys.size(), 2U);
    EXPECT_NE(chains[0].foreign_keys, chains[1].foreign_keys);
    EXPECT_DOUBLE_EQ(chains[0].fan_out, 40);
    EXPECT_EQ(chains[2].tables.size(), 2U);
    EXPECT_DOUBLE_EQ(chains[2].fan_out, 10); // wider ones first
    EXPECT_DOUBLE_EQ(chains[4].fan_out, 4);
}

TEST(Chains, AreBoundedWhereEveryTableRefersToEveryOther) {
    SchemaModel model;
    constexpr int kTables = 200;
    for (int i = 0; i < kTables; ++i) {
        Table table;
        table.oid = static_cast<uint32_t>(i + 1);
        table.name = std::to_string(1000 + i);
        table.rows = i + 1;
        model.tables.push_back(table);
    }
    for (int child = 0; child < kTables; ++child) {
        for (int parent = 0; parent < kTables; ++parent) {
            ForeignKey key;
            key.child = child;
            key.parent = parent;
            model.foreign_keys.push_back(key);
        }
    }
    model.index_tables();
    ChainLimits limits;
    limits.in_all = 500;
    const auto begin = std::chrono::steady_clock::now();
    const auto chains = find_chains(model, limits);
    // All paths of five tables are 3 * 10^11: an enumeration would not end.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    EXPECT_EQ(chains.size(), limits.in_all);
    std::map<int, size_t> from;
    for (const Chain& chain : chains) {
        EXPECT_EQ(chain.tables.size(), limits.depth);
        EXPECT_EQ(std::set<int>(chain.tables.begin(), chain.tables.end()).size(), limits.depth);
        EXPECT_LE(++from[chain.tables[0]], limits.from_a_root);
    }
    for (const ChainLimits& odd :
         {ChainLimits{1, 8, 10}, ChainLimits{5, 0, 10}, ChainLimits{5, 8, 0}}) {
        EXPECT_TRUE(find_chains(model, odd).empty());
    }
}

} // namespace
