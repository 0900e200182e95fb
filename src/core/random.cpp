#include "core/random.hpp"

#include <cmath>
#include <cstdint>

namespace pg_stress::core {

int64_t Random::between(int64_t low, int64_t high) {
    if (high < low) {
        return low;
    }
    const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
    const uint64_t offset = span == UINT64_MAX ? next() : below(span + 1);
    return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
}

double Random::exponential(double mean) { return -mean * std::log(1.0 - unit()); }

double Random::normal(double mean, double deviation) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return mean + deviation * radius * std::cos(6.283185307179586 * unit());
}

Zipf::Zipf(uint64_t n, double s) : n_(n == 0 ? 1 : n), s_(s) {
    h_x1_ = h(1.5) - 1.0;
    h_n_ = h(static_cast<double>(n_) + 0.5);
    threshold_ = 2.0 - h_inverse(h(2.5) - std::pow(2.0, -s_));
}

// The integral of x^-s, which tends to log(x) as s tends to 1.
double Zipf::h(double x) const {
    const double log_x = std::log(x);
    const double t = log_x * (1.0 - s_);
    return std::fabs(t) > 1e-8 ? std::expm1(t) / (1.0 - s_) : log_x * (1.0 + t / 2.0);
}

double Zipf::h_inverse(double x) const {
    double t = x * (1.0 - s_);
    if (t < -1.0) {
        t = -1.0;
    }
    return std::fabs(t) > 1e-8 ? std::exp(std::log1p(t) / (1.0 - s_))
                               : std::exp(x * (1.0 - t / 2.0));
}

uint64_t Zipf::operator()(Random& random) const {
    if (n_ == 1) {
        return 0;
    }
    for (;;) {
        const double u = h_n_ + random.unit() * (h_x1_ - h_n_);
        const double x = h_inverse(u);
        double k = std::floor(x + 0.5);
        if (k < 1.0) {
            k = 1.0;
        } else if (k > static_cast<double>(n_)) {
            k = static_cast<double>(n_);
        }
        if (k - x <= threshold_ || u >= h(k + 0.5) - std::pow(k, -s_)) {
            return static_cast<uint64_t>(k) - 1;
        }
    }
}

} // namespace pg_stress::core
