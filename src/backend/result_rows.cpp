#include "result_rows.hpp"

#include "backend/guard.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

ResultRows::ResultRows(FunctionCallInfo fcinfo)
    : result_(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo)) {
    call([&] {
        compat::begin_result_rows(fcinfo);
        row_context_ = AllocSetContextCreate(CurrentMemoryContext, "pg_stress result row",
                                             ALLOCSET_SMALL_SIZES);
    });
}

ResultRows& ResultRows::add(Cell::Kind kind, size_t texts, Datum value) {
    cells_.push_back({kind, texts_.size() - texts, texts_.size(), value});
    return *this;
}

ResultRows& ResultRows::null() { return add(Cell::Kind::Null, 0, 0); }

ResultRows& ResultRows::text(const std::string& value) {
    texts_.push_back(value);
    return add(Cell::Kind::Text, 1, 0);
}

ResultRows& ResultRows::texts(const std::vector<std::string>& values) {
    texts_.insert(texts_.end(), values.begin(), values.end());
    return add(Cell::Kind::Texts, values.size(), 0);
}

ResultRows& ResultRows::number(double value) {
    return add(Cell::Kind::Value, 0, Float8GetDatum(value)); // by value on 64 bits
}

ResultRows& ResultRows::integer(int64_t value) {
    return add(Cell::Kind::Value, 0, Int64GetDatum(value));
}

ResultRows& ResultRows::whole(int32_t value) {
    return add(Cell::Kind::Value, 0, Int32GetDatum(value));
}

ResultRows& ResultRows::boolean(bool value) {
    return add(Cell::Kind::Value, 0, BoolGetDatum(value));
}

ResultRows& ResultRows::oid(uint32_t value) {
    return add(Cell::Kind::Value, 0, ObjectIdGetDatum(value));
}

void ResultRows::end_row() {
    static_assert(sizeof(Datum) == 8 && sizeof(bool) == sizeof(char));
    values_.assign(cells_.size(), 0);
    nulls_.assign(cells_.size(), 0);
    call([&] {
        const MemoryContext outer = MemoryContextSwitchTo(row_context_);
        for (size_t i = 0; i < cells_.size(); ++i) {
            const Cell& cell = cells_[i];
            switch (cell.kind) {
            case Cell::Kind::Null:
                nulls_[i] = 1;
                break;
            case Cell::Kind::Text:
                values_[i] = CStringGetTextDatum(texts_[cell.from].c_str());
                break;
            case Cell::Kind::Texts: {
                const size_t count = cell.to - cell.from;
                auto* items = static_cast<Datum*>(palloc((count + 1) * sizeof(Datum)));
                for (size_t t = 0; t < count; ++t) {
                    items[t] = CStringGetTextDatum(texts_[cell.from + t].c_str());
                }
                values_[i] = PointerGetDatum(construct_array(items, static_cast<int>(count),
                                                             TEXTOID, -1, false, TYPALIGN_INT));
                break;
            }
            case Cell::Kind::Value:
                values_[i] = cell.value;
                break;
            }
        }
        tuplestore_putvalues(result_->setResult, result_->setDesc, values_.data(),
                             reinterpret_cast<bool*>(nulls_.data()));
        MemoryContextSwitchTo(outer);
        MemoryContextReset(row_context_);
    });
    cells_.clear();
    texts_.clear();
}

} // namespace pg_stress::backend
