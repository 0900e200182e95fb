// Counter-based random numbers and the distributions drawn from them. Zone: core.
//
// A generator is keyed by (seed, stream, number): number is the operation's number in the run, so
// that any worker that executes operation n draws the same values, however many workers there are.
// Nothing here allocates; all is usable on the hot path and in shared memory.
#pragma once

#include <cstdint>

namespace pg_stress::core {

/** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits. */
constexpr uint64_t mix64(uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/** Streams keep draws for different purposes apart; each is a constant of the whole project. */
enum class Stream : uint64_t { Operation = 1, Parameter = 2, Arrival = 3, Think = 4, Sample = 5 };

class Random {
  public:
    Random(uint64_t seed, Stream stream, uint64_t number)
        : state_(mix64(mix64(mix64(seed) ^ static_cast<uint64_t>(stream)) ^ number)) {}

    uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; } // [0, 1)
    /** Uniform in [0, bound); 0 for bound 0. By multiplication, bias below 2^-64 * bound. */
    uint64_t below(uint64_t bound) {
        return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
    }
    int64_t between(int64_t low, int64_t high); // both included; low when high < low
    double exponential(double mean);
    double normal(double mean, double deviation); // Box-Muller

  private:
    uint64_t state_;
};

/** Zipf over ranks 0..n-1 with P(rank) proportional to 1/(rank+1)^s, by rejection-inversion
    (Hoermann and Derflinger 1996): constant time and memory for any n. s > 0, n >= 1. */
class Zipf {
  public:
    Zipf(uint64_t n, double s);
    uint64_t operator()(Random& random) const;

  private:
    double h(double x) const;
    double h_inverse(double x) const;
    uint64_t n_;
    double s_, h_x1_, h_n_, threshold_;
};

} // namespace pg_stress::core
