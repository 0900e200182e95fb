#include "backend/guard.hpp"

namespace pg_stress::backend {

void raise(int sqlstate, std::string message, std::string detail, std::string hint) {
    PgError error;
    error.sqlstate = sqlstate;
    error.message = std::move(message);
    error.detail = std::move(detail);
    error.hint = std::move(hint);
    throw error;
}

namespace guard_detail {

void throw_current_error(MemoryContext context) {
    MemoryContextSwitchTo(context);
    ErrorData* data = CopyErrorData(); // an out-of-memory error in here goes to the outer guard
    FlushErrorState();
    PgError error;
    error.sqlstate = data->sqlerrcode;
    const auto text = [](const char* s) { return std::string(s != nullptr ? s : ""); };
    error.message = text(data->message);
    error.detail = text(data->detail);
    error.hint = text(data->hint);
    error.context = text(data->context);
    FreeErrorData(data);
    throw error;
}

namespace {

// May run while memory is short: falls back to a constant rather than raise inside a catch block.
const char* copy(const std::string& text) noexcept {
    if (text.empty()) {
        return nullptr;
    }
    auto* out = static_cast<char*>(
        MemoryContextAllocExtended(ErrorContext, text.size() + 1, MCXT_ALLOC_NO_OOM));
    if (out == nullptr) {
        return "out of memory";
    }
    text.copy(out, text.size());
    out[text.size()] = '\0';
    return out;
}

} // namespace

Pending pending_from(const PgError& error) noexcept {
    return {error.sqlstate, copy(error.message), copy(error.detail), copy(error.hint)};
}

Pending pending_from(const std::exception& error) noexcept {
    const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    return {memory ? ERRCODE_OUT_OF_MEMORY : ERRCODE_INTERNAL_ERROR, copy(error.what()), nullptr,
            nullptr};
}

Pending pending_unknown() noexcept {
    return {ERRCODE_INTERNAL_ERROR, "unknown C++ exception", nullptr, nullptr};
}

void report(const Pending& pending) {
    ereport(ERROR, (errcode(pending.sqlstate),
                    errmsg_internal("%s", pending.message != nullptr ? pending.message : "error"),
                    pending.detail != nullptr ? errdetail_internal("%s", pending.detail) : 0,
                    pending.hint != nullptr ? errhint("%s", pending.hint) : 0));
    pg_unreachable();
}

} // namespace guard_detail
} // namespace pg_stress::backend
