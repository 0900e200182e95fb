#include "core/pace.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>

#include "core/random.hpp"

namespace pg_stress::core {

void Pace::acquire() const {
    for (int tries = 0; lock_.test_and_set(std::memory_order_acquire); ++tries) {
        if (tries >= 100) { // the holder may have lost its processor
            std::this_thread::yield();
        }
    }
}

void Pace::start(LoadKind kind, Arrival arrival, double rate, uint64_t limit, uint64_t seed,
                 int64_t now_ns) {
    acquire();
    kind_ = kind;
    arrival_ = arrival;
    seed_ = seed;
    limit_ = limit;
    next_number_.store(0, std::memory_order_relaxed);
    origin_ = now_ns;
    pieces_ = 1;
    piece_[0] = {0, 0, std::max(rate, 0.0) / 1e9};
    next_mass_ = mass_after(0, 0);
    counted_number_ = 0;
    counted_mass_ = next_mass_;
    release();
}

/** Mass of arrival `number` when the one before has `mass`. */
double Pace::mass_after(uint64_t number, double mass) const {
    if (arrival_ == Arrival::Constant) {
        return static_cast<double>(number) + 1.0;
    }
    return mass + Random(seed_, Stream::Arrival, number).exponential(1.0);
}

double Pace::mass_at(double ns) const {
    int i = pieces_ - 1;
    while (i > 0 && ns < piece_[i].from_ns) {
        --i;
    }
    return piece_[i].mass + std::max(ns - piece_[i].from_ns, 0.0) * piece_[i].rate;
}

double Pace::time_of(double mass) const {
    int i = 0;
    while (i + 1 < pieces_ && mass > piece_[i + 1].mass) {
        ++i;
    }
    const Piece& piece = piece_[i];
    if (mass <= piece.mass) {
        return piece.from_ns;
    }
    return piece.rate > 0 ? piece.from_ns + (mass - piece.mass) / piece.rate
                          : std::numeric_limits<double>::infinity();
}

Claim Pace::claim(int64_t now_ns) {
    if (kind_ == LoadKind::Open) {
        return claim_arrival(now_ns);
    }
    uint64_t number = next_number_.load(std::memory_order_relaxed);
    do {
        if (limit_ != 0 && number >= limit_) {
            return {Claim::Outcome::End, number, now_ns};
        }
    } while (!next_number_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed));
    return {Claim::Outcome::Start, number, now_ns};
}

Claim Pace::claim_arrival(int64_t now_ns) {
    acquire();
    const uint64_t number = next_number_.load(std::memory_order_relaxed);
    if (limit_ != 0 && number >= limit_) {
        release();
        return {Claim::Outcome::End, number, now_ns};
    }
    const double at = time_of(next_mass_);
    const double horizon = static_cast<double>(now_ns - origin_ + kClaimAhead);
    if (at > horizon) {
        release();
        const double far = horizon + 1e9; // the rate may change before
        return {Claim::Outcome::Wait, number,
                origin_ + static_cast<int64_t>(std::ceil(std::min(at, far))) - kClaimAhead};
    }
    next_mass_ = mass_after(number + 1, next_mass_);
    next_number_.store(number + 1, std::memory_order_relaxed);
    int passed = 0;
    while (passed + 1 < pieces_ && next_mass_ > piece_[passed + 1].mass) {
        ++passed;
    }
    if (passed > 0) {
        std::copy(piece_ + passed, piece_ + pieces_, piece_);
        pieces_ -= passed;
    }
    release();
    return {Claim::Outcome::Start, number, origin_ + static_cast<int64_t>(at)};
}

void Pace::set_rate(double rate, int64_t now_ns) {
    acquire();
    const double now = std::max(static_cast<double>(now_ns - origin_), piece_[pieces_ - 1].from_ns);
    const double mass = mass_at(now);
    if (pieces_ == kPieces) {
        // Nobody claims: the two oldest pieces become one with the same number of arrivals.
        const Piece& end = piece_[2];
        piece_[0].rate =
            (end.mass - piece_[0].mass) / std::max(end.from_ns - piece_[0].from_ns, 1.0);
        std::copy(piece_ + 2, piece_ + pieces_, piece_ + 1);
        --pieces_;
    }
    piece_[pieces_++] = {now, mass, std::max(rate, 0.0) / 1e9};
    release();
}

double Pace::rate() const {
    acquire();
    const double rate = piece_[pieces_ - 1].rate * 1e9;
    release();
    return rate;
}

uint64_t Pace::scheduled(int64_t now_ns) const {
    if (kind_ != LoadKind::Open) {
        return claimed();
    }
    acquire();
    const uint64_t claimed_number = next_number_.load(std::memory_order_relaxed);
    uint64_t number = counted_number_;
    double mass = counted_mass_;
    if (number < claimed_number) {
        number = claimed_number;
        mass = next_mass_;
    }
    const double now_mass = mass_at(static_cast<double>(now_ns - origin_));
    release();
    if (arrival_ == Arrival::Constant) {
        number = std::max(number, static_cast<uint64_t>(std::max(now_mass, 0.0)));
    } else {
        while (mass <= now_mass) {
            mass = mass_after(++number, mass);
        }
        acquire();
        if (number > counted_number_) {
            counted_number_ = number;
            counted_mass_ = mass;
        }
        release();
    }
    return limit_ != 0 ? std::min(number, limit_) : number;
}

} // namespace pg_stress::core
