// The handshake between a caller of start_test and the coordinator that it starts. Zone: backend.
//
// The caller makes a small dynamic segment with its arguments and waits on its latch. `state` has
// one transition, made by compare-and-swap: the coordinator accepts or fails, or the caller
// abandons (cancelled, timed out); whoever is second knows what the first has done.
#pragma once

#include <atomic>
#include <cstdint>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

enum class RequestState : uint32_t {
    Starting, // next: one of the others, each final
    Accepted, // the run exists; run_id is set
    Failed,   // sqlstate and texts are set
    Abandoned // nobody waits any more: the coordinator leaves without a trace
};

struct StartRequest {
    std::atomic<RequestState> state;
    int caller_proc;
    pid_t caller_pid;
    Oid database, role;
    // answer
    int64_t run_id;
    int sqlstate;
    char message[1024], detail[2048], hint[1024];
    // arguments, as text; *_null where NULL may be given
    int64_t seed;
    double duration_s;
    bool target_null, baseline_null;
    char name[256], intensity[256], target[256], workload[2048], driver[64], baseline[256];
    uint32_t options_bytes;
    char options[FLEXIBLE_ARRAY_MEMBER]; // JSON text
};

/** Called by the coordinator with how the handshake ended. False: the caller had left. */
bool answer_request(StartRequest& request, RequestState answer);

} // namespace pg_stress::backend
