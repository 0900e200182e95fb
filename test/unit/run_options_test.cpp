#include "core/run_options.hpp"

#include <gtest/gtest.h>

using namespace pg_stress::core;

namespace {
const std::vector<std::string> kFamilies = {"point_read", "update"};

Value object(std::initializer_list<std::pair<const char*, Value>> members) {
    Value value = Value::object();
    for (const auto& [key, member] : members) {
        value.set(key, member);
    }
    return value;
}

DefinitionError error_of(const Value& value) {
    RunOptions options;
    DefinitionError error;
    EXPECT_FALSE(parse_run_options(value, kFamilies, options, error)) << value.to_json();
    return error;
}
} // namespace

TEST(RunOptions, EveryKindOfValue) {
    Value tables = Value::array();
    tables.add(Value::string("public.a"));
    const Value value = object({{"spi_workers", Value::number(int64_t{5})},
                                {"rate", Value::number(2000.5)},
                                {"arrival", Value::string("poisson")},
                                {"operations", Value::number(int64_t{1000})},
                                {"isolation", Value::string("serializable")},
                                {"include_tables", tables},
                                {"read_only", Value::boolean(true)},
                                {"chaos", Value::number(0.25)},
                                {"connections", Value::number(int64_t{3})},
                                {"mix", object({{"point_read", Value::number(int64_t{2})}})}});
    RunOptions options;
    DefinitionError error;
    ASSERT_TRUE(parse_run_options(value, kFamilies, options, error)) << error.message;
    EXPECT_EQ(options.spi_workers, 5);
    EXPECT_EQ(options.rate, 2000.5);
    EXPECT_EQ(options.arrival, Arrival::Poisson);
    EXPECT_EQ(options.operations, 1000U);
    EXPECT_EQ(options.isolation, "serializable");
    EXPECT_EQ(options.include_tables, std::vector<std::string>{"public.a"});
    EXPECT_TRUE(options.read_only);
    EXPECT_TRUE(options.chaos);
    EXPECT_EQ(options.mix.at("point_read"), 2);
}

TEST(RunOptions, UnknownNamesListTheValidOnes) {
    const auto key = error_of(object({{"workers", Value::number(int64_t{1})}}));
    EXPECT_EQ(key.message, "unknown option \"workers\"");
    EXPECT_NE(key.hint.find("spi_workers"), std::string::npos);
    const auto family =
        error_of(object({{"mix", object({{"pointread", Value::number(int64_t{1})}})}}));
    EXPECT_NE(family.message.find("pointread"), std::string::npos);
    EXPECT_NE(family.hint.find("point_read, update"), std::string::npos);
}

TEST(RunOptions, ValuesOutOfRangeAndOfTheWrongTypeAreRefused) {
    EXPECT_NE(error_of(object({{"spi_workers", Value::number(int64_t{0})}})).hint.find("1 to 64"),
              std::string::npos);
    error_of(object({{"spi_workers", Value::number(1.5)}}));
    error_of(object({{"rate", Value::number(int64_t{0})}}));
    error_of(object({{"rate", Value::string("fast")}}));
    error_of(object({{"read_only", Value::string("yes")}}));
    error_of(object({{"schemas", Value::string("public")}}));
    error_of(object({{"chaos", Value::number(2.0)}}));
    error_of(object({{"isolation", Value::string("chaos")}}));
    error_of(object({{"mix", object({{"update", Value::number(-1.0)}})}}));
    error_of(Value::array());
}

TEST(RunOptions, ArrivalNeedsARate) {
    EXPECT_NE(error_of(object({{"arrival", Value::string("poisson")}})).hint.find("rate"),
              std::string::npos);
}
