#include "core/sqlstate.hpp"

#include <gtest/gtest.h>

using namespace pg_stress::core;

TEST(Sqlstate, EachClassHasItsStates) {
    const std::pair<const char*, FailureClass> cases[] = {
        {"40001", FailureClass::Contention},    {"40P01", FailureClass::Contention},
        {"55P03", FailureClass::Contention},    {"57014", FailureClass::Timeout},
        {"25P03", FailureClass::Timeout},       {"53100", FailureClass::Resource},
        {"54001", FailureClass::Resource},      {"58030", FailureClass::Resource},
        {"42P01", FailureClass::Configuration}, {"42501", FailureClass::Configuration},
        {"55006", FailureClass::Configuration}, {"0A000", FailureClass::Configuration},
        {"3D000", FailureClass::Configuration}, {"08006", FailureClass::Connection},
        {"57P01", FailureClass::Connection},    {"23505", FailureClass::Constraint},
        {"44000", FailureClass::Constraint},    {"22003", FailureClass::Application},
        {"P0001", FailureClass::Application},   {"XX000", FailureClass::Application},
        {"40002", FailureClass::Application},   {"", FailureClass::Application},
    };
    for (const auto& [state, expected] : cases) {
        EXPECT_EQ(classify_sqlstate(state), expected) << state;
    }
}

TEST(Sqlstate, OnlySerialisationFailuresAndDeadlocksAreRetried) {
    EXPECT_TRUE(is_retryable("40001"));
    EXPECT_TRUE(is_retryable("40P01"));
    EXPECT_FALSE(is_retryable("55P03"));
    EXPECT_FALSE(is_retryable("23505"));
}

TEST(Sqlstate, NamesAreThoseOfTheReport) {
    EXPECT_STREQ(to_string(FailureClass::Contention), "contention");
    EXPECT_STREQ(to_string(FailureClass::OwnChaos), "own chaos");
}
