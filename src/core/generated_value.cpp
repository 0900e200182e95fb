#include "core/generated_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/statement.hpp"

namespace pg_stress::core {

namespace {

Source constant(std::string text) {
    Source source;
    source.value = std::move(text);
    return source;
}

Source unique_text(const Column& column) {
    constexpr int kLength = 12;
    Source source;
    source.kind = SourceKind::Unique;
    source.length = column.length > 0 ? std::min(column.length, kLength) : kLength;
    return source;
}

double greatest_numeric(const Column& column) {
    constexpr double kEnough = 1000;
    return column.precision > 0
               ? std::min(kEnough, std::pow(10.0, column.precision - column.scale) - 1)
               : kEnough;
}

const char* network_value(const Column& column) {
    return column.base_type.rfind("macaddr", 0) == 0
               ? (column.base_type == "macaddr8" ? "02:00:00:00:00:00:00:01" : "02:00:00:00:00:01")
               : "10.0.0.1";
}

} // namespace

std::optional<Source> generated_value(const Column& column) {
    switch (column.family) {
    case TypeFamily::Boolean:
        return constant("true");
    case TypeFamily::Integer:
        return random_source(1, 1000);
    case TypeFamily::Numeric:
        return random_source(greatest_numeric(column) >= 1 ? 1 : 0, greatest_numeric(column));
    case TypeFamily::Text:
        return unique_text(column);
    case TypeFamily::Timestamp:
    case TypeFamily::Date:
        return now_source();
    case TypeFamily::Time:
        return constant("12:00");
    case TypeFamily::Interval:
        return constant("1 day");
    case TypeFamily::Uuid: {
        Source source;
        source.kind = SourceKind::Unique;
        source.type = "uuid";
        source.length = 36;
        return source;
    }
    case TypeFamily::Json:
        return constant("{}");
    case TypeFamily::Enum:
        if (column.labels.empty()) {
            return std::nullopt;
        }
        return constant(column.labels.front());
    case TypeFamily::Bytea:
        return constant("\\x00");
    case TypeFamily::Network:
        return constant(network_value(column));
    case TypeFamily::Bit:
        return constant(std::string(static_cast<size_t>(std::max(column.length, 1)), '0'));
    case TypeFamily::Range:
        return constant(column.base_type.find("multirange") != std::string::npos ? "{}" : "empty");
    case TypeFamily::TextSearch:
        return constant("");
    case TypeFamily::Array:
        return constant("{}");
    case TypeFamily::Composite:
    case TypeFamily::Other:
        break;
    }
    return std::nullopt;
}

int64_t greatest_of(const Column& column) {
    if (column.family == TypeFamily::Integer) {
        return column.integer_bytes == 2 ? INT16_MAX : column.integer_bytes == 4 ? INT32_MAX : 0;
    }
    if (column.family == TypeFamily::Numeric && column.precision > 0) {
        const int digits = std::clamp(column.precision - column.scale, 0, 18);
        return static_cast<int64_t>(std::pow(10.0, digits)) - 1;
    }
    return 0;
}

} // namespace pg_stress::core
