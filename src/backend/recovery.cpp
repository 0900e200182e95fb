// What PostgresMain does after an error, without the protocol. Zone: backend.
#include "backend/recovery.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "jit/jit.h"
#include "utils/portal.h"
}

namespace pg_stress::backend {

namespace {

void describe_error(Failure& failure) {
    MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
    ErrorData* data = CopyErrorData();
    failure.sqlstate = data->sqlerrcode;
    strlcpy(failure.message, data->message != nullptr ? data->message : "", sizeof failure.message);
    strlcpy(failure.constraint, data->constraint_name != nullptr ? data->constraint_name : "",
            sizeof failure.constraint);
    FreeErrorData(data);
    MemoryContextSwitchTo(old);
}

} // namespace

bool run_protected(void (*body)(void*), void* argument, Failure& failure) noexcept {
    sigjmp_buf* const outer_stack = PG_exception_stack;
    ErrorContextCallback* const outer_context = error_context_stack;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
        PG_exception_stack = &here;
        body(argument);
        PG_exception_stack = outer_stack;
        error_context_stack = outer_context;
        MemoryContextSwitchTo(TopMemoryContext);
        return true;
    }
    PG_exception_stack = outer_stack;
    error_context_stack = outer_context;
    HOLD_INTERRUPTS();
    disable_all_timeouts(false);
    QueryCancelPending = false;
    describe_error(failure);
    AbortOutOfAnyTransaction();
    PortalErrorCleanup();
    jit_reset_after_error();
    FlushErrorState();
    MemoryContextSwitchTo(TopMemoryContext);
    debug_query_string = nullptr;
    RESUME_INTERRUPTS();
    return false;
}

} // namespace pg_stress::backend
