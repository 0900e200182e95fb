#include "backend/sample_writer.hpp"

#include "backend/guard.hpp"
#include "backend/sql.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend {

namespace {

constexpr char kInsertSamples[] =
    "INSERT INTO pg_stress.recorded_sample AS r (run_id, second, width, driver, sessions, missed,"
    " operation, calls, errors, retries, rows, response)"
    " SELECT $1::bigint, $2::integer, $3::integer, 'spi',"
    " CASE WHEN n.operation = '' THEN $4::integer END, CASE WHEN n.operation = '' THEN $5::bigint "
    "END, n.*"
    " FROM unnest($6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], "
    "$11::bytea[])"
    " AS n (operation, calls, errors, retries, rows, response)"
    " ON CONFLICT (run_id, second, operation, driver) DO UPDATE SET calls = r.calls + "
    "excluded.calls,"
    " errors = r.errors + excluded.errors, retries = r.retries + excluded.retries,"
    " rows = r.rows + excluded.rows, missed = r.missed + excluded.missed,"
    " response = (SELECT pg_stress.histogram_merge(h.part)"
    " FROM unnest(ARRAY[r.response, excluded.response]) AS h (part))";

/** An array literal, element by element. */
class ArrayText {
  public:
    void add(const std::string& element) {
        text_ += text_.size() > 1 ? ",\"" : "\"";
        for (char c : element) {
            if (c == '"' || c == '\\') {
                text_ += '\\';
            }
            text_ += c;
        }
        text_ += '"';
    }
    std::string end() const { return text_ + "}"; }

  private:
    std::string text_ = "{";
};

} // namespace

void SampleWriter::write(const Collector& collector, const SampleInterval& interval) {
    ArrayText operation, calls, errors, retries, rows, response;
    const auto add = [&](const std::string& name, const OperationTotals& totals,
                         const core::Histogram& histogram) {
        operation.add(name);
        calls.add(std::to_string(totals.done));
        errors.add(std::to_string(totals.failed));
        retries.add(std::to_string(totals.retries));
        rows.add(std::to_string(totals.rows));
        response.add(to_bytea(histogram.encode()));
    };
    OperationTotals sum;
    auto merged = std::make_unique<core::Histogram>();
    for (int o = 0; o < collector.operations(); ++o) {
        const OperationTotals totals = collector.interval(o);
        if (totals.done + totals.failed + totals.retries == 0) {
            continue;
        }
        sum += totals;
        merged->merge(collector.interval_response(o));
        add(plan_.workload.operations[static_cast<size_t>(o)].name, totals,
            collector.interval_response(o));
    }
    add("", sum, *merged);
    run_sql(kInsertSamples, {to_text(plan_.run_id), to_text(int64_t{interval.second}),
                             to_text(int64_t{interval.width}), to_text(int64_t{interval.sessions}),
                             to_text(static_cast<int64_t>(interval.missed)), operation.end(),
                             calls.end(), errors.end(), retries.end(), rows.end(), response.end()});
}

void SampleWriter::write_server(const SampleInterval& interval, const core::Value& counters,
                                const core::Value& host) {
    run_sql("INSERT INTO pg_stress.recorded_server (run_id, second, width, counters, host)"
            " VALUES ($1::bigint, $2::integer, $3::integer, $4::jsonb, $5::jsonb)"
            " ON CONFLICT DO NOTHING",
            {to_text(plan_.run_id), to_text(int64_t{interval.second}),
             to_text(int64_t{interval.width}), counters.to_json(), host.to_json()});
}

void SampleWriter::roll_up(int second) {
    for (const core::RollUp& due : schedule_.due(second)) {
        run_sql(
            "SELECT pg_stress.roll_up_samples($1::bigint, $2::integer, $3::integer, $4::integer)",
            {to_text(plan_.run_id), to_text(int64_t{due.from}), to_text(int64_t{due.to}),
             to_text(int64_t{due.width})});
    }
}

} // namespace pg_stress::backend
