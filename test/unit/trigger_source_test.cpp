// What a trigger function assigns, and what only looks like it.
#include "core/trigger_source.hpp"

#include <gtest/gtest.h>

using namespace pg_stress::core;

namespace {

/** "column" for NEW, "table.column" or "schema.table.column" for others, by commas. */
std::string found(std::string_view source) {
    std::string out;
    for (const TriggerAssignment& item : find_trigger_assignments(source)) {
        out += (out.empty() ? "" : ", ") + (item.schema.empty() ? "" : item.schema + ".") +
               (item.table.empty() ? "" : item.table + ".") + item.column;
    }
    return out;
}

TEST(TriggerSource, FindsAssignmentsToNew) {
    EXPECT_EQ(found("BEGIN NEW.updated_at := now(); RETURN NEW; END"), "updated_at");
    EXPECT_EQ(found("BEGIN new.A = 1; New.b:=2; RETURN NEW; END"), "a, b");
    EXPECT_EQ(found("BEGIN NEW.\"Full Name\" := 'x'; NEW.n =-1; END"), "Full Name, n");
    EXPECT_EQ(found("BEGIN IF true THEN NEW.a = 1; ELSE NEW.b = 2; END IF; <<l>> NEW.c = 3; END"),
              "a, b, c");
    EXPECT_EQ(found("BEGIN NEW.list[1 + 2] := 1; NEW.pair.x := 2; NEW.a := 1; NEW.a := 2; END"),
              "list, pair, a");
    EXPECT_EQ(found("BEGIN SELECT 1, 2 INTO STRICT NEW.a, NEW.b FROM t; END"), "a, b");
}

TEST(TriggerSource, LeavesComparisonsCommentsAndStringsAlone) {
    EXPECT_EQ(found("BEGIN IF NEW.a = 1 AND NEW.b = 2 THEN RETURN NULL; END IF; END"), "");
    EXPECT_EQ(found("BEGIN -- NEW.a := 1\n /* NEW.b := 1 /* x */ NEW.c := 1; */ RETURN NEW; END"),
              "");
    EXPECT_EQ(
        found(
            "BEGIN x := 'NEW.a := 1; it''s'; y := $q$NEW.b := 1;$q$; z := E'\\' NEW.c := 1'; END"),
        "");
    EXPECT_EQ(found("BEGIN IF NEW.a >= 1 OR NEW.b <= 2 OR NEW.c != 3 THEN NULL; END IF; END"), "");
    EXPECT_EQ(found("BEGIN r := ROW(NEW.a); OLD.b := 1; END"), "");
}

TEST(TriggerSource, FindsUpdatesOfOtherTables) {
    EXPECT_EQ(
        found("BEGIN UPDATE orders SET total = total + NEW.price, n = f(a, b) WHERE id = 1; END"),
        "orders.total, orders.n");
    EXPECT_EQ(
        found(
            "begin update only \"My Shop\".\"Orders\" as o set \"Total\" = (select sum(x) from y), "
            "b = 2 from z where true; end"),
        "My Shop.Orders.Total, My Shop.Orders.b");
    EXPECT_EQ(found("BEGIN UPDATE s.t x SET (a, b) = (SELECT 1, 2), c[1] = 3; NEW.d := 4; END"),
              "s.t.a, s.t.b, s.t.c, d");
    EXPECT_EQ(found("BEGIN INSERT INTO s.stats (k) VALUES (1) ON CONFLICT (k) DO UPDATE SET n = "
                    "stats.n + 1; END"),
              "s.stats.n");
    EXPECT_EQ(found("BEGIN WITH u AS (UPDATE t SET a = 1 RETURNING b) SELECT 1; END"), "t.a");
    EXPECT_EQ(found("BEGIN WITH u AS (UPDATE t SET a = 1) INSERT INTO v VALUES (1, 2); END"),
              "t.a");
}

TEST(TriggerSource, SeesThatLocksAndEventsAreNoUpdates) {
    EXPECT_EQ(
        found("BEGIN PERFORM 1 FROM t FOR UPDATE OF t; IF TG_OP = 'UPDATE' THEN NULL; END IF; END"),
        "");
    EXPECT_EQ(found("BEGIN PERFORM 1 FROM t FOR UPDATE; END"), "");
}

TEST(TriggerSource, TakesAnyText) {
    for (const char* source :
         {"", "NEW", "NEW.", "NEW.a", "UPDATE", "UPDATE t", "UPDATE t SET", "'", "\"", "$x", "$x$",
          "/*", "--", "E'\\", "INTO", "NEW.a[", "UPDATE t SET (a"}) {
        found(source);
    }
}

} // namespace
