// When operations start. Zone: core.
//
// One mechanism for all loads, in shared memory, used by every driver:
// - Closed: a session starts its next operation when the last one has ended.
// - Paced (presets): each session keeps its own schedule; the next intended start is the last one
//   plus a think time drawn for the operation's number. Latency counts from the intended start.
//   A session that is more than kRebase behind skips ahead; the skipped starts are missed.
// - Open: one global schedule, constant or Poisson; sessions claim its arrivals in order. Nothing
//   is skipped: an arrival that starts late has that lag in its latency.
// Operation numbers are claimed in order, each once, in all three.
//
// Locking: `lock_` is a spinlock of atomics held for a few instructions (no calls that can fail);
// a holder that dies takes the whole server with it (only SIGKILL can, and then shared memory is
// made anew).
#pragma once

#include <atomic>
#include <cstdint>

namespace pg_stress::core {

enum class LoadKind : uint32_t { Closed, Paced, Open };
enum class Arrival : uint32_t { Constant, Poisson };

struct Claim {
    enum class Outcome : uint8_t { Start, Wait, End } outcome;
    uint64_t number; // of the operation, from 0
    int64_t due_ns;  // intended start, monotonic clock; Wait: not before this time is there more
};

class Pace {
  public:
    void start(LoadKind kind, Arrival arrival, double rate, uint64_t limit, uint64_t seed,
               int64_t now_ns);

    /** The next operation. Open: claims an arrival as soon as it lies at most kClaimAhead in the
        future (the caller waits until due), else says when to come back. Limit reached: End. */
    Claim claim(int64_t now_ns);

    /** Open load: arrivals from now on come at this rate (per second); none is lost or doubled. */
    void set_rate(double rate, int64_t now_ns);
    double rate() const;
    LoadKind kind() const { return kind_; }
    Arrival arrival() const { return arrival_; }

    uint64_t claimed() const { return next_number_.load(std::memory_order_relaxed); }
    /** Open load: arrivals whose time has come by now, claimed or not. */
    uint64_t scheduled(int64_t now_ns) const;

    static constexpr int64_t kClaimAhead = 2'000'000; // 2 ms
    static constexpr int64_t kRebase = 1'000'000'000; // 1 s

  private:
    // Arrivals are events of rate 1 in "mass" (n + 1 for constant ones, a sum of exponentials for
    // Poisson), and time is mapped to mass by pieces of constant rate: a change of rate moves no
    // arrival that lies before it, and a constant rate is a product, not a sum, so it cannot drift.
    struct Piece {
        double from_ns; // since origin_
        double mass;    // at from_ns
        double rate;    // per ns
    };
    static constexpr int kPieces = 32;

    void acquire() const;
    void release() const { lock_.clear(std::memory_order_release); }
    double mass_after(uint64_t number, double mass) const;
    double mass_at(double ns) const;
    double time_of(double mass) const; // ns since origin_; infinite while the rate is 0
    Claim claim_arrival(int64_t now_ns);

    mutable std::atomic_flag lock_;
    LoadKind kind_;
    Arrival arrival_;
    uint64_t seed_;
    uint64_t limit_; // operations in all; 0: none
    std::atomic<uint64_t> next_number_;
    int64_t origin_;
    double next_mass_; // of arrival next_number_
    int pieces_;
    Piece piece_[kPieces]; // oldest first; the last one is the present rate
    // How far scheduled() has counted: arrivals before this one have come.
    mutable uint64_t counted_number_;
    mutable double counted_mass_;
};

} // namespace pg_stress::core
