// Waiting for a point in time to some microseconds, without going deaf to the latch. Zone: backend.
//
// A latch alone wakes by whole milliseconds. Here a timer of the kernel is watched beside the latch
// and the postmaster, and the last few microseconds are spun away.
#pragma once

#include <cstdint>

#include "backend/postgres.hpp"

namespace pg_stress::backend {

class PreciseWait {
  public:
    PreciseWait(); // throws PgError
    ~PreciseWait();
    PreciseWait(const PreciseWait&) = delete;
    PreciseWait& operator=(const PreciseWait&) = delete;

    /** Waits until the monotonic clock shows due_ns; returns what it shows then. Ends earlier when
        the latch is set, which it leaves set. Ends the process when the postmaster is gone. */
    int64_t until(int64_t due_ns);

  private:
    static constexpr int64_t kSpinNs = 20'000;

    WaitEventSet* events_ = nullptr;
    int timer_ = -1;
};

} // namespace pg_stress::backend
