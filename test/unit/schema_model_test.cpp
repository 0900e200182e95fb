// Quoting, look-ups, and the order of tables.
#include "core/schema_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/classifier.hpp"

using namespace pg_stress::core;

namespace {

SchemaModel model_of(const std::vector<std::string>& names,
                     const std::vector<std::pair<int, int>>& child_to_parent) {
    SchemaModel model;
    uint32_t oid = 1000;
    for (const std::string& name : names) {
        Table table;
        table.oid = ++oid;
        table.schema = "s";
        table.name = name;
        model.tables.push_back(table);
    }
    for (const auto& [child, parent] : child_to_parent) {
        ForeignKey key;
        key.child = child;
        key.parent = parent;
        model.foreign_keys.push_back(key);
    }
    model.index_tables();
    return model;
}

TEST(QuoteName, LeavesPlainNamesAlone) {
    EXPECT_EQ(quote_name("orders"), "orders");
    EXPECT_EQ(quote_name("_x1"), "_x1");
    EXPECT_EQ(quote_name("name"), "name"); // an unreserved keyword
}

TEST(QuoteName, QuotesWhatSqlWouldChangeOrRefuse) {
    EXPECT_EQ(quote_name("Order Lines"), "\"Order Lines\"");
    EXPECT_EQ(quote_name("Orders"), "\"Orders\"");
    EXPECT_EQ(quote_name("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(quote_name("1st"), "\"1st\"");
    EXPECT_EQ(quote_name(""), "\"\"");
    EXPECT_EQ(quote_name("größe"), "\"größe\"");
    EXPECT_EQ(quote_name("a$b"), "\"a$b\"");
    for (const char* word : {"order", "user", "select", "table", "left", "values", "between",
                             "timestamp", "json_table", "system_user"}) {
        EXPECT_EQ(quote_name(word), '"' + std::string(word) + '"');
    }
}

TEST(QuoteLiteral, EscapesQuotesAndBackslashes) {
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\'b"), "E'a\\\\''b'");
    EXPECT_EQ(quote_literal(""), "''");
}

TEST(TableClassNames, GoBothWays) {
    for (int i = 0; i <= static_cast<int>(TableClass::Queue); ++i) {
        TableClass back{};
        ASSERT_TRUE(parse_table_class(to_string(static_cast<TableClass>(i)), back));
        EXPECT_EQ(static_cast<int>(back), i);
        EXPECT_NE(std::string(kTableClassNames).find(to_string(static_cast<TableClass>(i))),
                  std::string::npos);
    }
    TableClass unused{};
    EXPECT_FALSE(parse_table_class("Entity", unused));
}

TEST(SchemaModel, FindsTablesAndColumns) {
    SchemaModel model = model_of({"a", "b", "c"}, {{1, 0}, {2, 1}, {2, 0}});
    EXPECT_EQ(model.find_table("s", "b"), 1);
    EXPECT_EQ(model.find_table("s", "bb"), -1);
    EXPECT_EQ(model.find_table("r", "b"), -1);
    EXPECT_EQ(model.find_table(1003), 2);
    EXPECT_EQ(model.find_table(7), -1);
    EXPECT_EQ(model.tables[2].foreign_keys, (std::vector<int>{1, 2}));
    EXPECT_EQ(model.tables[0].referenced_by, (std::vector<int>{0, 2}));

    Column id, third;
    id.name = "id";
    id.number = 1;
    third.name = "third";
    third.number = 3; // number 2 was dropped
    model.tables[0].columns = {id, third};
    EXPECT_EQ(model.tables[0].column(int16_t{3})->name, "third");
    EXPECT_EQ(model.tables[0].column(int16_t{2}), nullptr);
    EXPECT_EQ(model.tables[0].column("third")->number, 3);
}

TEST(Table, PrimaryKeyFallsBackToATotalUniqueIndexOnly) {
    Table table;
    for (int16_t n = 1; n <= 2; ++n) {
        Column column;
        column.number = n;
        column.not_null = n == 1;
        table.columns.push_back(column);
    }
    Index nullable, partial, deferred, good;
    nullable.unique = partial.unique = deferred.unique = good.unique = true;
    nullable.columns = {2};
    partial.columns = deferred.columns = good.columns = {1};
    partial.partial = true;
    deferred.immediate = false;
    good.name = "good";
    table.indexes = {nullable, partial, deferred};
    EXPECT_EQ(table.primary_key(), nullptr);
    EXPECT_TRUE(table.in_unique_index(2));
    table.indexes.push_back(good);
    ASSERT_NE(table.primary_key(), nullptr);
    EXPECT_EQ(table.primary_key()->name, "good");
}

TEST(ParentsFirst, OrdersATree) {
    const SchemaModel model = model_of({"a", "b", "c", "d"}, {{0, 3}, {3, 2}, {1, 0}});
    EXPECT_EQ(parents_first(model), (std::vector<int>{2, 3, 0, 1}));
}

TEST(ParentsFirst, CyclesStandTogetherAfterTheirParentsAndBeforeTheirChildren) {
    // a is a child of the cycle c <-> d, which hangs below e; b refers to itself.
    const SchemaModel model =
        model_of({"a", "b", "c", "d", "e"}, {{0, 2}, {2, 3}, {3, 2}, {3, 4}, {1, 1}});
    EXPECT_EQ(parents_first(model), (std::vector<int>{1, 4, 2, 3, 0}));
}

TEST(ParentsFirst, TakesALongChainWithoutRecursion) {
    std::vector<std::string> names;
    std::vector<std::pair<int, int>> keys;
    constexpr int kTables = 50000;
    for (int i = 0; i < kTables; ++i) {
        names.push_back("t" + std::to_string(100000 + i));
        if (i > 0) {
            keys.emplace_back(i - 1, i);
        }
    }
    const std::vector<int> order = parents_first(model_of(names, keys));
    ASSERT_EQ(order.size(), static_cast<size_t>(kTables));
    EXPECT_EQ(order.front(), kTables - 1);
    EXPECT_EQ(order.back(), 0);
}

TEST(FanOut, LeavesOutRowsWithoutParent) {
    SchemaModel model = model_of({"child", "parent"}, {{0, 1}});
    Column column;
    column.number = 1;
    column.statistics.present = true;
    column.statistics.null_fraction = 0.5;
    model.tables[0].columns = {column};
    model.foreign_keys[0].columns = {1};
    EXPECT_EQ(fan_out(model, model.foreign_keys[0]), 0); // sizes unknown
    model.tables[0].rows = 1000;
    model.tables[1].rows = 100;
    EXPECT_DOUBLE_EQ(fan_out(model, model.foreign_keys[0]), 5);
}

} // namespace
