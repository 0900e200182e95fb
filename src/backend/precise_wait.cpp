#include "backend/precise_wait.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "backend/guard.hpp"
#include "backend/process.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "storage/fd.h"
}

namespace pg_stress::backend {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

uint32 wait_event() {
#if PG_VERSION_NUM >= 170000
    static uint32 event = 0;
    if (event == 0) {
        event = WaitEventExtensionNew("PgStressPacing");
    }
    return event;
#else
    return PG_WAIT_EXTENSION;
#endif
}

} // namespace

PreciseWait::PreciseWait() {
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); // 50 us is what the kernel adds by itself
    if (!AcquireExternalFD()) {
        raise(ERRCODE_INSUFFICIENT_RESOURCES, "no file descriptor is left for a worker's timer", "",
              "Raise max_files_per_process.");
    }
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0) {
        const int error = errno;
        ReleaseExternalFD();
        raise(ERRCODE_SYSTEM_ERROR, std::string("timerfd_create: ") + strerror(error));
    }
    call([&] {
        (void)wait_event();
        events_ = compat::create_wait_event_set(3);
        AddWaitEventToSet(events_, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
        AddWaitEventToSet(events_, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
        AddWaitEventToSet(events_, WL_SOCKET_READABLE, timer_, nullptr, nullptr);
    });
}

PreciseWait::~PreciseWait() {
    if (events_ != nullptr) {
        FreeWaitEventSet(events_);
    }
    close(timer_);
    ReleaseExternalFD();
}

int64_t PreciseWait::until(int64_t due_ns) {
    int64_t now = monotonic_ns();
    if (due_ns - now > kSpinNs) {
        const int64_t wake = due_ns - kSpinNs;
        const itimerspec when = {{0, 0}, {wake / kSecond, wake % kSecond}};
        (void)timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
        WaitEvent event;
        // One event at a time, and the latch comes first: the timer may stay readable until it is
        // set again, which does no harm.
        (void)WaitEventSetWait(events_, -1, &event, 1, wait_event());
        now = monotonic_ns();
    }
    while (now < due_ns && due_ns - now <= kSpinNs && MyLatch->is_set == 0) {
        now = monotonic_ns();
    }
    return now;
}

} // namespace pg_stress::backend
