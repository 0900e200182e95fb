#include "core/histogram.hpp"

#include <cmath>
#include <cstdint>

namespace pg_stress::core {

namespace {

void put_number(std::string& out, uint64_t n) {
    while (n >= 0x80) {
        out += static_cast<char>(n | 0x80);
        n >>= 7;
    }
    out += static_cast<char>(n);
}

bool get_number(std::string_view bytes, size_t& at, uint64_t& n) {
    n = 0;
    for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        n |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return true;
        }
    }
    return false;
}

} // namespace

void Histogram::merge(const Histogram& other) {
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        count_[i] += other.count_[i];
    }
    total_ += other.total_;
}

void Histogram::clear() {
    count_.fill(0);
    total_ = 0;
}

uint64_t Histogram::quantile(double q) const {
    if (total_ == 0) {
        return 0;
    }
    const double wanted = std::ceil(q * static_cast<double>(total_));
    uint64_t seen = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        if (count_[i] == 0) {
            continue;
        }
        seen += count_[i];
        last = i;
        if (static_cast<double>(seen) >= wanted) {
            break;
        }
    }
    return HistogramShape::middle_of(last);
}

double Histogram::mean() const {
    if (total_ == 0) {
        return 0;
    }
    double sum = 0;
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        sum += static_cast<double>(count_[i]) * static_cast<double>(HistogramShape::middle_of(i));
    }
    return sum / static_cast<double>(total_);
}

std::string Histogram::encode() const {
    std::string out;
    unsigned previous = 0;
    for (unsigned i = 0; i < HistogramShape::kBuckets; ++i) {
        if (count_[i] != 0) {
            put_number(out, i - previous);
            put_number(out, count_[i]);
            previous = i;
        }
    }
    return out;
}

bool Histogram::decode_add(std::string_view bytes) {
    // Checked as a whole first, so that broken bytes add nothing.
    for (int pass = 0; pass < 2; ++pass) {
        size_t at = 0;
        uint64_t bucket = 0;
        while (at < bytes.size()) {
            uint64_t distance = 0;
            uint64_t times = 0;
            if (!get_number(bytes, at, distance) || !get_number(bytes, at, times)) {
                return false;
            }
            bucket += distance;
            if (distance >= HistogramShape::kBuckets || bucket >= HistogramShape::kBuckets) {
                return false;
            }
            if (pass == 1) {
                add_bucket(static_cast<unsigned>(bucket), times);
            }
        }
    }
    return true;
}

} // namespace pg_stress::core
