// Choosing among the rows of a sample. Zone: backend, without calls to the server.
#include <algorithm>
#include <bit>
#include <cstdint>

#include "backend/sample_pool.hpp"

namespace pg_stress::backend {

namespace {

constexpr double kZipf = 0.8;
constexpr double kRecent = 1.1;
constexpr uint64_t kClasses = 64;    // of reserved rows, at most
constexpr uint64_t kClassRows = 8;   // in each on average, at least
constexpr uint64_t kClassRounds = 2; // until the pool is read anew: few classes have fewer rows
constexpr uint64_t kLeastTurns = 8;  // even where hardly a row is left

} // namespace

Draw::Draw(SamplePool& pool, std::vector<int> columns, core::Skew skew, bool reserved)
    : pool_(&pool), columns_(std::move(columns)), skew_(skew), reserved_(reserved) {}

bool Draw::matches(const SamplePool& pool, const std::vector<int>& columns, core::Skew skew,
                   bool reserved) const {
    return pool_ == &pool && columns_ == columns && skew_ == skew && reserved_ == reserved;
}

void Draw::rebuild(uint64_t turn) {
    const auto collect = [&](bool reserved) {
        for (uint32_t row = pool_->rows(); row-- > 0;) { // the last one is the newest
            const bool null = std::any_of(columns_.begin(), columns_.end(),
                                          [&](int column) { return pool_->is_null(row, column); });
            if (!null && pool_->is_reserved(row) == reserved) {
                rows_.push_back(row);
            }
        }
    };
    rows_.clear();
    collect(reserved_);
    if (rows_.empty() && !reserved_) { // few rows, all of them reserved: better those than none
        collect(true);
    }
    if (ranks_ == 0 && !rows_.empty()) {
        // The sample of a big table has more or fewer rows by chance; the ranks must not.
        constexpr uint64_t kQuarter = SamplePool::kRows / 4;
        const uint64_t share = !pool_->has_reserved() ? 4 : reserved_ ? 1 : 3;
        ranks_ = pool_->complete() ? rows_.size() : kQuarter * share;
        zipf_ = core::Zipf(ranks_, skew_ == core::Skew::Recent ? kRecent : kZipf);
    }
    if (!reserved_) {
        return;
    }
    first_turn_ = turn;
    const uint64_t classes =
        std::clamp<uint64_t>(std::bit_floor(rows_.size() / kClassRows), 1, kClasses);
    const auto class_of = [&](uint32_t row) { return (pool_->hash(row) >> 2) % classes; };
    // Within a class the oldest rows come first: they go first.
    std::reverse(rows_.begin(), rows_.end());
    std::stable_sort(rows_.begin(), rows_.end(),
                     [&](uint32_t a, uint32_t b) { return class_of(a) < class_of(b); });
    starts_.assign(classes + 1, 0);
    for (const uint32_t row : rows_) {
        ++starts_[class_of(row) + 1];
    }
    for (size_t i = 1; i < starts_.size(); ++i) {
        starts_[i] += starts_[i - 1];
    }
}

uint64_t Draw::rank(core::Random& random) const {
    return skew_ == core::Skew::Uniform ? random.below(ranks_) : zipf_(random);
}

uint64_t Draw::turns() const { return std::max((starts_.size() - 1) * kClassRounds, kLeastTurns); }

uint32_t Draw::row_for_turn(uint64_t turn) const {
    const uint64_t classes = starts_.size() - 1;
    uint64_t chosen = turn % classes;
    while (starts_[chosen] == starts_[chosen + 1]) {
        chosen = (chosen + 1) % classes; // one has rows: the draw is not empty
    }
    const uint64_t round = turn / classes - std::min(turn, first_turn_) / classes;
    return rows_[starts_[chosen] + round % (starts_[chosen + 1] - starts_[chosen])];
}

} // namespace pg_stress::backend
