// The two guards between C++ exceptions and ereport. Zone: backend.
//
// boundary(f): every function that the server calls (SQL function, worker main, callback) has this
//   as its whole body. A C++ exception that escapes f becomes an ereport of the same SQLSTATE,
//   raised after the catch block has ended: a longjmp out of a live exception is undefined.
//
// call(f): every server call that may ereport while a C++ object with a destructor is alive goes
//   through this. The error becomes a PgError, so that destructors run. The guard must sit deeper
//   than the objects it protects: locals of f itself are not protected, so f's captures are
//   references and f's result is trivially destructible, which the compiler checks.
//
// Catching a PgError is not recovery: rethrow it, or abort the (sub)transaction before the
// database is touched again.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

/** A server error as a C++ exception; owns copies, since ErrorData dies with its context. */
struct PgError : std::exception {
    int sqlstate = 0; // packed, as in ErrorData
    std::string message, detail, hint, context;
    const char* what() const noexcept override { return message.c_str(); }
};

/** Raise from C++ code: like ereport(ERROR), but destructors run. Never inside call(). */
[[noreturn]] void raise(int sqlstate, std::string message, std::string detail = {},
                        std::string hint = {});

namespace guard_detail {
/** Takes the current error out of the server's error state into a PgError and throws it. */
[[noreturn]] void throw_current_error(MemoryContext context);
/** Trivial carrier from the catch block to the ereport after it; texts are palloc'd. */
struct Pending {
    int sqlstate;
    const char *message, *detail, *hint;
};
Pending pending_from(const PgError& error) noexcept;
Pending pending_from(const std::exception& error) noexcept;
Pending pending_unknown() noexcept;
[[noreturn]] void report(const Pending& pending);
} // namespace guard_detail

template <typename F> auto call(F&& f) -> decltype(f()) {
    using Result = decltype(f());
    static_assert(std::is_trivially_destructible_v<std::remove_reference_t<F>>,
                  "capture by reference: a longjmp would skip the destructors of captures");
    static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                  "the result crosses a longjmp guard");
    sigjmp_buf* const outer_stack = PG_exception_stack;
    ErrorContextCallback* const outer_context = error_context_stack;
    const MemoryContext memory = CurrentMemoryContext;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
        PG_exception_stack = &here;
        if constexpr (std::is_void_v<Result>) {
            f();
            PG_exception_stack = outer_stack;
            error_context_stack = outer_context;
            return;
        } else {
            Result result = f();
            PG_exception_stack = outer_stack;
            error_context_stack = outer_context;
            return result;
        }
    }
    PG_exception_stack = outer_stack;
    error_context_stack = outer_context;
    guard_detail::throw_current_error(memory);
}

template <typename F> auto boundary(F&& f) -> decltype(f()) {
    sigjmp_buf* const outer_stack = PG_exception_stack;
    ErrorContextCallback* const outer_context = error_context_stack;
    guard_detail::Pending pending;
    try {
        return f();
    } catch (const PgError& error) {
        pending = guard_detail::pending_from(error);
    } catch (const std::exception& error) {
        pending = guard_detail::pending_from(error);
    } catch (...) {
        pending = guard_detail::pending_unknown();
    }
    PG_exception_stack = outer_stack;
    error_context_stack = outer_context;
    guard_detail::report(pending);
}

} // namespace pg_stress::backend

/** Defines the SQL-callable function `pg_stress_<name>`; the body sees fcinfo and returns Datum. */
#define PGS_FUNCTION(name)                                                                         \
    extern "C" {                                                                                   \
    PGDLLEXPORT Datum pg_stress_##name(PG_FUNCTION_ARGS);                                          \
    PG_FUNCTION_INFO_V1(pg_stress_##name);                                                         \
    }                                                                                              \
    static Datum pg_stress_##name##_body(FunctionCallInfo fcinfo);                                 \
    Datum pg_stress_##name(PG_FUNCTION_ARGS) {                                                     \
        return pg_stress::backend::boundary([&] { return pg_stress_##name##_body(fcinfo); });      \
    }                                                                                              \
    static Datum pg_stress_##name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
