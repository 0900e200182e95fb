// Running something that may fail, again and again, in one background worker. Zone: backend.
#pragma once

#include "backend/postgres.hpp"

namespace pg_stress::backend {

struct Failure {
    int sqlstate; // packed
    char message[232];
    char constraint[64]; // name of the constraint that was violated, else ""
};

/** Calls body(argument), which may start, commit and abort transactions. When it raises an error,
    every open transaction is aborted, the error state is cleared, timeouts are disarmed, `failure`
    says what it was, nothing is written to the server log, and the result is false. FATAL passes.
    `body` and what it calls must not hold C++ objects with destructors while they call the server:
    their frames are left by longjmp. Returns in TopMemoryContext either way. */
bool run_protected(void (*body)(void*), void* argument, Failure& failure) noexcept;

/** The same for a body written as a lambda, which captures by reference. */
template <typename F> bool run_protected(F&& body, Failure& failure) noexcept {
    return run_protected([](void* f) { (*static_cast<F*>(f))(); }, &body, failure);
}

} // namespace pg_stress::backend
