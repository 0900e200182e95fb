#include "backend/parameter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "backend/prepared_operation.hpp"

#include "backend/postgres.hpp"

extern "C" {
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/uuid.h"
}

namespace pg_stress::backend {

namespace {

constexpr double kRandomZipf = 0.8;

[[noreturn]] void out_of_numbers(const Parameter& parameter, DrawContext& context) {
    context.exhausted = true;
    const core::Source& source = *parameter.source;
    ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                    source.table.empty()
                        ? errmsg("a sequence has passed the last number of type %s",
                                 format_type_be(parameter.type))
                        : errmsg("column \"%s\" of table %s has no numbers left: its type is %s",
                                 source.column.c_str(), source.table.c_str(),
                                 format_type_be(parameter.type))));
    pg_unreachable();
}

Datum from_text(const Parameter& parameter, const char* text) {
    const Conversion& way = parameter.conversion;
    return InputFunctionCall(const_cast<FmgrInfo*>(&way.input), const_cast<char*>(text),
                             way.element, -1);
}

/** A whole number as the parameter's type; false when it does not fit. */
bool whole_number(const Parameter& parameter, int64_t number, Datum& value) {
    switch (parameter.type) {
    case INT8OID:
        value = Int64GetDatum(number);
        return true;
    case INT4OID:
        value = Int32GetDatum(static_cast<int32>(number));
        return number >= PG_INT32_MIN && number <= PG_INT32_MAX;
    case INT2OID:
        value = Int16GetDatum(static_cast<int16>(number));
        return number >= PG_INT16_MIN && number <= PG_INT16_MAX;
    case FLOAT8OID:
        value = Float8GetDatum(static_cast<double>(number));
        return true;
    case NUMERICOID:
        value = DirectFunctionCall1(int8_numeric, Int64GetDatum(number));
        return true;
    default:
        value = from_text(parameter, psprintf(INT64_FORMAT, number));
        return true;
    }
}

Datum random_number(const Parameter& parameter, core::Random& random) {
    const double number = draw_number(parameter, random);
    if (parameter.source->whole) {
        Datum value = 0;
        if (!whole_number(parameter, static_cast<int64_t>(number), value)) {
            ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                            errmsg("random number %.0f is out of range for type %s", number,
                                   format_type_be(parameter.type))));
        }
        return value;
    }
    switch (parameter.type) {
    case FLOAT8OID:
        return Float8GetDatum(number);
    case NUMERICOID:
        return DirectFunctionCall1(float8_numeric, Float8GetDatum(number));
    default:
        return from_text(parameter, psprintf("%.15g", number));
    }
}

Datum present_time(const Parameter& parameter) {
    Datum time = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
    if (parameter.offset != nullptr) {
        time =
            DirectFunctionCall2(timestamptz_pl_interval, time, IntervalPGetDatum(parameter.offset));
    }
    switch (parameter.type) {
    case TIMESTAMPTZOID:
        return time;
    case TIMESTAMPOID:
        return DirectFunctionCall1(timestamptz_timestamp, time);
    case DATEOID:
        return DirectFunctionCall1(timestamptz_date, time);
    case TIMEOID:
        return DirectFunctionCall1(timestamptz_time, time);
    default:
        return from_text(parameter, DatumGetCString(DirectFunctionCall1(timestamptz_out, time)));
    }
}

Datum next_of_sequence(const Parameter& parameter, DrawContext& context) {
    const int64_t number =
        context.sequences[parameter.counter].fetch_add(1, std::memory_order_relaxed);
    Datum value = 0;
    if ((parameter.source->most > 0 && number > parameter.source->most) ||
        !whole_number(parameter, number, value)) {
        out_of_numbers(parameter, context);
    }
    return value;
}

/** Texts of up to 11 letters and digits are numbered through, so that none comes twice in a run;
    longer ones hold 64 bits of a hash, and 128 from 25 on. */
Datum unique_text(const Parameter& parameter, const DrawContext& context, uint64_t iteration) {
    static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    const uint64_t run =
        core::mix64(context.seed ^ core::mix64(static_cast<uint64_t>(context.run_id)));
    const uint64_t place = core::mix64(parameter.stream ^ (iteration << 1));
    uint64_t bits = core::mix64(core::mix64(context.number ^ run) ^ place);
    if (parameter.type == UUIDOID) {
        auto* uuid = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
        const uint64_t low = core::mix64(bits ^ run);
        memcpy(uuid->data, &bits, 8);
        memcpy(uuid->data + 8, &low, 8);
        uuid->data[6] = static_cast<unsigned char>((uuid->data[6] & 0x0f) | 0x40); // version 4
        uuid->data[8] = static_cast<unsigned char>((uuid->data[8] & 0x3f) | 0x80);
        return UUIDPGetDatum(uuid);
    }
    const int length = parameter.source->length > 0 ? parameter.source->length : 16;
    if (length < 12) {
        uint64_t all = 1;
        for (int i = 0; i < length; ++i) {
            all *= 36;
        }
        const unsigned __int128 index = (context.number + iteration * 1'000'003) *
                                            static_cast<unsigned __int128>(context.unique_sources) +
                                        static_cast<unsigned>(parameter.ordinal);
        // No factor in common with 36: a bijection, spread over the range.
        const uint64_t step = all / 10 * 6 + 5;
        bits = static_cast<uint64_t>((index % all * step + run % all) % all);
    }
    auto* text = static_cast<char*>(palloc(static_cast<size_t>(length) + 1));
    for (int i = length; i-- > 0;) {
        text[i] = kDigits[bits % 36];
        bits /= 36;
        if (bits == 0 && length >= 12) {
            bits = core::mix64(run ^ context.number ^ place ^ static_cast<uint64_t>(i));
        }
    }
    text[length] = '\0';
    return from_text(parameter, text);
}

Datum column_of_result(const Parameter& parameter, DrawContext& context, uint64_t iteration,
                       bool& null) {
    const core::Source& source = *parameter.source;
    const PreparedStep& from = context.steps[source.step];
    const size_t width = from.kept.size();
    const auto place = [&](uint64_t row) {
        return row * width + static_cast<size_t>(parameter.result);
    };
    if (!source.all) {
        const uint64_t wanted =
            parameter.current ? iteration : static_cast<uint64_t>(std::max(source.row, 0));
        const size_t cell = place(std::min(wanted, from.rows.count - 1));
        null = from.rows.nulls[cell];
        return from.rows.values[cell];
    }
    const KeptColumn& column = from.kept[static_cast<size_t>(parameter.result)];
    auto* values = static_cast<Datum*>(palloc(from.rows.count * sizeof(Datum)));
    int count = 0;
    for (uint64_t row = 0; row < from.rows.count; ++row) {
        if (!from.rows.nulls[place(row)]) {
            values[count++] = from.rows.values[place(row)];
        }
    }
    return PointerGetDatum(
        construct_array(values, count, column.type, column.length, column.by_value, column.align));
}

} // namespace

core::Random random_for(const DrawContext& context, uint64_t stream, uint64_t iteration) {
    return core::Random(context.seed, core::Stream::Parameter,
                        core::mix64(context.number) ^ stream ^ (iteration << 48));
}

bool draw_row(StepDraw& draw, const DrawContext& context, uint64_t iteration) {
    if (draw.draw->empty()) {
        return false;
    }
    if (draw.draw->reserved()) {
        draw.row = draw.draw->row_for_turn(*draw.turn + draw.turn_offset + iteration);
    } else {
        core::Random random = random_for(context, draw.stream, iteration);
        draw.row = draw.draw->row_at(draw.draw->rank(random));
    }
    return true;
}

double draw_number(const Parameter& parameter, core::Random& random) {
    const core::Source& source = *parameter.source;
    const double span = source.high - source.low;
    double number = source.low;
    switch (source.distribution) {
    case core::Distribution::Uniform:
        if (source.whole) {
            return static_cast<double>(random.between(static_cast<int64_t>(source.low),
                                                      static_cast<int64_t>(source.high)));
        }
        number = source.low + random.unit() * span;
        break;
    case core::Distribution::Zipf:
        number = source.low + static_cast<double>(parameter.zipf(random));
        break;
    case core::Distribution::Normal: // six deviations wide
        number = random.normal(source.low + span / 2, span / 6);
        break;
    case core::Distribution::Exponential: // the low end is hot
        number = source.low + random.exponential(span / 6);
        break;
    }
    number = std::clamp(number, source.low, std::max(source.low, source.high));
    return source.whole ? std::floor(number) : number;
}

void settle(Parameter& parameter) {
    Conversion& way = parameter.conversion;
    const bool made = parameter.value_type == InvalidOid; // by ourselves, from a text if need be
    way.needed = !made && parameter.value_type != parameter.type;
    if (made || way.needed) {
        Oid function = InvalidOid;
        getTypeInputInfo(parameter.type, &function, &way.element);
        fmgr_info_cxt(function, &way.input, CurrentMemoryContext);
    }
    if (way.needed) {
        Oid function = InvalidOid;
        bool varlena = false;
        getTypeOutputInfo(parameter.value_type, &function, &varlena);
        fmgr_info_cxt(function, &way.output, CurrentMemoryContext);
    }
    const core::Source& source = *parameter.source;
    if (source.kind == core::SourceKind::Constant && source.value) {
        parameter.constant = from_text(parameter, source.value->c_str());
    }
    if (source.kind == core::SourceKind::Now && !source.offset.empty()) {
        parameter.offset = DatumGetIntervalP(
            DirectFunctionCall3(interval_in, CStringGetDatum(source.offset.c_str()),
                                ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
    }
    if (source.distribution == core::Distribution::Zipf &&
        source.kind == core::SourceKind::Random) {
        parameter.zipf = core::Zipf(
            static_cast<uint64_t>(std::max(source.high - source.low, 0.0)) + 1, kRandomZipf);
    }
}

Datum value_of(const Parameter& parameter, const StepDraw* draws, DrawContext& context,
               uint64_t iteration, bool& null) {
    Datum value = 0;
    null = false;
    switch (parameter.source->kind) {
    case core::SourceKind::Column: {
        const StepDraw& draw = draws[parameter.draw];
        null = draw.draw->pool().is_null(draw.row, parameter.column);
        value = draw.draw->pool().value(draw.row, parameter.column);
        break;
    }
    case core::SourceKind::Result:
        value = column_of_result(parameter, context, iteration, null);
        break;
    case core::SourceKind::Random: {
        core::Random random = random_for(context, parameter.stream, iteration);
        return random_number(parameter, random);
    }
    case core::SourceKind::Constant:
        null = !parameter.source->value.has_value();
        return parameter.constant;
    case core::SourceKind::Now:
        return present_time(parameter);
    case core::SourceKind::Sequence:
        return next_of_sequence(parameter, context);
    case core::SourceKind::Unique:
        return unique_text(parameter, context, iteration);
    case core::SourceKind::Same: {
        const SavedValue& saved = context.saved[parameter.same->saved];
        null = saved.null;
        value = saved.value;
        break;
    }
    }
    if (parameter.conversion.needed && !null) {
        const Conversion& way = parameter.conversion;
        value = from_text(parameter, OutputFunctionCall(const_cast<FmgrInfo*>(&way.output), value));
    }
    return value;
}

} // namespace pg_stress::backend
