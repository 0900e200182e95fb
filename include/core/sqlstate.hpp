// Classes of failures. Zone: core. The one place where an SQLSTATE is judged.
#pragma once

#include <cstdint>
#include <string_view>

namespace pg_stress::core {

enum class FailureClass : uint8_t {
    Contention,    // 40001, 40P01, 55P03: another attempt may do
    Timeout,       // statement or lock-free timeouts: 57014 without a stop, 25P03, 25P04
    Resource,      // 53xxx, 58xxx, 54xxx: the server ran out of something
    Configuration, // 42xxx, 55xxx, 0Axxx, 3Dxxx, 3Fxxx: what was asked cannot be, here
    Connection,    // 08xxx, 57P0x
    Constraint,    // 23xxx, 44000
    Application,   // 22xxx, 21xxx, P0xxx and all else
    OwnChaos       // caused on purpose by this run
};

FailureClass classify_sqlstate(std::string_view sqlstate);
const char* to_string(FailureClass failure);
/** Whether the whole transaction may be tried again: 40001 and 40P01. */
bool is_retryable(std::string_view sqlstate);

} // namespace pg_stress::core
