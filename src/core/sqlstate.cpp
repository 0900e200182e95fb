#include "core/sqlstate.hpp"

namespace pg_stress::core {

FailureClass classify_sqlstate(std::string_view sqlstate) {
    const std::string_view group = sqlstate.substr(0, 2);
    if (is_retryable(sqlstate) || sqlstate == "55P03") {
        return FailureClass::Contention;
    }
    if (sqlstate == "57014" || sqlstate == "25P03" || sqlstate == "25P04") {
        return FailureClass::Timeout;
    }
    if (group == "53" || group == "54" || group == "58") {
        return FailureClass::Resource;
    }
    if (group == "42" || group == "55" || group == "0A" || group == "3D" || group == "3F") {
        return FailureClass::Configuration;
    }
    if (group == "08" || sqlstate.substr(0, 4) == "57P0") {
        return FailureClass::Connection;
    }
    if (group == "23" || sqlstate == "44000") {
        return FailureClass::Constraint;
    }
    return FailureClass::Application;
}

const char* to_string(FailureClass failure) {
    switch (failure) {
    case FailureClass::Contention:
        return "contention";
    case FailureClass::Timeout:
        return "timeout";
    case FailureClass::Resource:
        return "resource";
    case FailureClass::Configuration:
        return "configuration";
    case FailureClass::Connection:
        return "connection";
    case FailureClass::Constraint:
        return "constraint";
    case FailureClass::Application:
        return "application";
    case FailureClass::OwnChaos:
        return "own chaos";
    }
    return "application";
}

bool is_retryable(std::string_view sqlstate) { return sqlstate == "40001" || sqlstate == "40P01"; }

} // namespace pg_stress::core
