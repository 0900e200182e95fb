#include "core/workload.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "core/sql_text.hpp"

using namespace pg_stress::core;

namespace {

Value object(std::initializer_list<Value::Member> members) {
    Value out = Value::object();
    for (const auto& [key, value] : members) {
        out.set(key, value);
    }
    return out;
}

Value array(std::initializer_list<Value> items) {
    Value out = Value::array();
    for (const auto& item : items) {
        out.add(item);
    }
    return out;
}

Value text(const char* s) { return Value::string(s); }
Value number(int64_t n) { return Value::number(n); }

Value step(const char* sql, std::initializer_list<Value> params) {
    return object({{"sql", text(sql)}, {"params", array(params)}});
}

Value operation(const char* name, std::initializer_list<Value> steps) {
    return object({{"name", text(name)}, {"steps", array(steps)}});
}

Value definition(std::initializer_list<Value> operations) {
    return object({{"operations", array(operations)}});
}

const Value kId = object({{"column", text("shop.orders.id")}});

DefinitionError error_of(const Value& value) {
    Workload workload;
    DefinitionError error;
    EXPECT_FALSE(parse_workload(value, workload, error));
    EXPECT_TRUE(workload.operations.empty());
    return error;
}

} // namespace

TEST(Workload, ReadsTheLeastDefinition) {
    Workload workload;
    DefinitionError error;
    ASSERT_TRUE(parse_workload(
        definition({operation("one", {object({{"sql", text("SELECT 1")}})})}), workload, error))
        << error.message;
    ASSERT_EQ(workload.operations.size(), 1u);
    const Operation& one = workload.operations[0];
    EXPECT_EQ(one.name, "one");
    EXPECT_EQ(one.family, "one");
    EXPECT_EQ(one.weight, 1);
    EXPECT_TRUE(one.transaction);
    EXPECT_FALSE(one.writes);
    EXPECT_EQ(one.steps[0].kind, StatementKind::Select);
}

TEST(Workload, ComesBackEqual) {
    const Value value = definition({object(
        {{"name", text("all kinds")},
         {"family", text("mixed")},
         {"weight", Value::number(2.5)},
         {"isolation", text("repeatable read")},
         {"tables", array({text("shop.orders"), text("shop.\"Odd Name\"")})},
         {"orm", Value::boolean(true)},
         {"steps",
          array({step("SELECT id, x FROM shop.orders WHERE id = $1 AND v = $2 LIMIT $3",
                      {object({{"column", text("shop.orders.id")},
                               {"pick", number(1)},
                               {"skew", text("recent")},
                               {"as", text("order")}}),
                       object({{"column", text("shop.\"Odd Name\".\"A \"\"b\"")},
                               {"reserved", Value::boolean(true)},
                               {"nulls", Value::boolean(true)}}),
                       object({{"random", array({number(1), number(20)})},
                               {"distribution", text("zipf")}})}),
                 object({{"sql", text("UPDATE shop.orders SET a = $1, b = $2, c = $3 WHERE id = $4 "
                                      "AND k = ANY($5)")},
                         {"params",
                          array({object({{"value", Value()}}), object({{"value", text("it's")}}),
                                 object({{"now", text("-1 day")},
                                         {"type", text("date")},
                                         {"column", text("shop.orders.day")},
                                         {"pick", number(2)}}),
                                 object({{"result", number(0)}, {"column", text("id")}}),
                                 object({{"result", number(0)},
                                         {"column", text("x")},
                                         {"all", Value::boolean(true)}})})},
                         {"foreach", number(0)},
                         {"limit", number(5)}}),
                 step("SAVEPOINT here", {}),
                 step("INSERT INTO shop.orders VALUES ($1, $2, $3, $4, $5)",
                      {object({{"sequence", number(7)}, {"most", number(32767)}}),
                       object({{"sequence", number(0)}, {"column", text("shop.orders.id")}}),
                       object({{"unique", number(12)}}), object({{"same", text("order")}}),
                       object({{"random", array({Value::number(0.5), number(2)})}})}),
                 step("ROLLBACK TO SAVEPOINT here", {}),
                 step("SELECT $1", {object({{"result", number(0)},
                                            {"column", text("id")},
                                            {"row", number(3)}})})})}})});
    Workload first, second;
    DefinitionError error;
    ASSERT_TRUE(parse_workload(value, first, error)) << error.message << error.detail;
    ASSERT_TRUE(parse_workload(workload_to_value(first), second, error)) << error.message;
    EXPECT_EQ(first.operations, second.operations);
    EXPECT_EQ(workload_to_value(first).to_json(), workload_to_value(second).to_json());

    const Operation& read = first.operations[0];
    EXPECT_TRUE(read.writes);
    EXPECT_EQ(read.steps[0].parameters[1].table, "shop.\"Odd Name\"");
    EXPECT_EQ(read.steps[0].parameters[1].column, "A \"b");
    EXPECT_EQ(read.steps[1].written_table, "shop.orders");
    EXPECT_FALSE(read.steps[1].parameters[0].value.has_value());
    EXPECT_EQ(read.steps[2].control, Control::Savepoint);
    EXPECT_EQ(read.steps[4].control, Control::RollbackTo);
    EXPECT_EQ(read.steps[4].savepoint, "here");
    EXPECT_FALSE(read.steps[3].parameters[4].whole);
}

TEST(Workload, NamesThePathOfWhatIsWrong) {
    const Value good = step("SELECT 1 WHERE 1 = $1", {object({{"value", number(1)}})});
    const Value odd = step("SELECT $1, $2", {kId, object({{"colum", text("a.b.c")}})});
    auto error = error_of(definition({operation("a", {good}), operation("b", {good, odd})}));
    EXPECT_EQ(error.detail, "At operations[1].steps[1].params[1].");
    EXPECT_NE(error.hint.find("same"), std::string::npos);

    error = error_of(object({{"operation", array({})}}));
    EXPECT_NE(error.message.find("unknown key \"operation\""), std::string::npos);
    EXPECT_EQ(error.hint, "The valid keys are operations.");

    Value extra = operation("a", {good});
    extra.set("wieght", number(1));
    error = error_of(definition({extra}));
    EXPECT_EQ(error.detail, "At operations[0].wieght.");
    EXPECT_NE(error.hint.find("weight"), std::string::npos);

    Value weightless = operation("a", {good});
    weightless.set("weight", number(0));
    EXPECT_EQ(error_of(definition({weightless})).detail, "At operations[0].weight.");

    error = error_of(definition({operation("a", {good}), operation("a", {good})}));
    EXPECT_EQ(error.detail, "At operations[1].name.");
}

TEST(Workload, ChecksTheParameters) {
    auto error = error_of(definition({operation("a", {step("SELECT $1, $2", {kId})})}));
    EXPECT_NE(error.message.find("has 2 parameters, \"params\" has 1"), std::string::npos);
    EXPECT_EQ(error.detail, "At operations[0].steps[0].");
    error = error_of(definition({operation("a", {step("SELECT $2", {kId, kId})})}));
    EXPECT_NE(error.message.find("not $1"), std::string::npos);
    error = error_of(definition(
        {operation("a", {step("SELECT $1", {object({{"column", text("orders.id")}})})})}));
    EXPECT_EQ(error.detail, "At operations[0].steps[0].params[0].column.");
    error = error_of(definition({operation(
        "a", {step("SELECT $1", {object({{"random", array({number(2), number(1)})}})})})}));
    EXPECT_EQ(error.detail, "At operations[0].steps[0].params[0].random.");
    error = error_of(
        definition({operation("a", {step("SELECT $1", {object({{"same", text("aid")}})})})}));
    EXPECT_EQ(error.detail, "At operations[0].steps[0].params[0].same.");
}

TEST(Workload, StepsReferToEarlierOnes) {
    const Value result = object({{"result", number(1)}, {"column", text("id")}});
    const Value plain = object({{"sql", text("SELECT 1")}});
    EXPECT_EQ(error_of(definition({operation("a", {plain, step("SELECT $1", {result})})})).detail,
              "At operations[0].steps[1].params[0].result.");
    Value each = plain;
    each.set("foreach", number(0));
    EXPECT_EQ(error_of(definition({operation("a", {each})})).detail,
              "At operations[0].steps[0].foreach.");
    EXPECT_EQ(error_of(definition({operation("a", {step("RELEASE SAVEPOINT x", {})})})).message,
              "workload definition: savepoint \"x\" is not open here");
    EXPECT_EQ(error_of(definition({operation("a", {step("SELECT 1; SELECT 2", {})})})).detail,
              "At operations[0].steps[0].sql.");
}

TEST(SqlText, SeesThroughQuotesAndComments) {
    const SqlFacts facts = read_sql_facts(
        "/* $9 /* nested ; */ */ WITH x AS (SELECT '$8', \"$7\", $q$ $6 ; $q$, E'\\'$5' -- $4\n) "
        "INSERT INTO ONLY_x.\"T\" SELECT $1::text FROM x;");
    EXPECT_EQ(facts.greatest_parameter, 1);
    EXPECT_FALSE(facts.several_statements);
    EXPECT_EQ(facts.kind, StatementKind::Insert);
    EXPECT_EQ(facts.written_table, "only_x.\"T\"");
}

TEST(SqlText, ModifyingWithWrites) {
    const SqlFacts facts =
        read_sql_facts("WITH d AS (DELETE FROM a.q WHERE id = $1 RETURNING *) SELECT * FROM d");
    EXPECT_EQ(facts.kind, StatementKind::Select);
    EXPECT_TRUE(facts.writes);
    EXPECT_EQ(facts.written_table, "a.q");
    EXPECT_FALSE(read_sql_facts("SELECT id FROM a.q FOR UPDATE SKIP LOCKED").writes);
    EXPECT_EQ(read_sql_facts("UPDATE ONLY a.q SET b = 1").written_table, "a.q");
    EXPECT_EQ(read_sql_facts("rollback").control, Control::None);
    EXPECT_EQ(read_sql_facts("ROLLBACK TO s1").savepoint, "s1");
}

TEST(Workload, DescribesSources) {
    Source source;
    source.kind = SourceKind::Column;
    source.table = "shop.orders";
    source.column = "id";
    EXPECT_EQ(describe(source), "shop.orders.id (zipf)");
    source.kind = SourceKind::Random;
    source.low = 1;
    source.high = 100000;
    source.as = "aid";
    EXPECT_EQ(describe(source), "random 1 to 100000 (uniform) as aid");
}

TEST(WeightedChoice, FollowsTheWeights) {
    const std::vector<double> weights = {5, 0, 1, 3, 0.5, 0.5};
    const WeightedChoice choice(weights);
    Random random(1, Stream::Operation, 1);
    std::vector<int> seen(weights.size());
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i) {
        ++seen[choice.pick(random.next())];
    }
    EXPECT_EQ(seen[1], 0);
    for (size_t i = 0; i < weights.size(); ++i) {
        // Five standard deviations of a binomial count.
        const double share = weights[i] / 10;
        EXPECT_NEAR(seen[i], share * kDraws, 5 * std::sqrt(kDraws * share * (1 - share)) + 1);
    }
    EXPECT_EQ(WeightedChoice({1}).pick(~0ULL), 0u);
    EXPECT_EQ(WeightedChoice({}).pick(1), 0u);
}
