#include "type_family.hpp"

#include "backend/postgres.hpp"

namespace pg_stress::backend::catalog {

using core::TypeFamily;

TypeFamily type_family(Oid base, char kind, char category) {
    switch (base) {
    case BOOLOID:
        return TypeFamily::Boolean;
    case INT2OID:
    case INT4OID:
    case INT8OID:
        return TypeFamily::Integer;
    case NUMERICOID:
    case FLOAT4OID:
    case FLOAT8OID:
    case MONEYOID:
        return TypeFamily::Numeric;
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
        return TypeFamily::Timestamp;
    case DATEOID:
        return TypeFamily::Date;
    case TIMEOID:
    case TIMETZOID:
        return TypeFamily::Time;
    case INTERVALOID:
        return TypeFamily::Interval;
    case UUIDOID:
        return TypeFamily::Uuid;
    case JSONOID:
    case JSONBOID:
        return TypeFamily::Json;
    case BYTEAOID:
        return TypeFamily::Bytea;
    case INETOID:
    case CIDROID:
    case MACADDROID:
    case MACADDR8OID:
        return TypeFamily::Network;
    case BITOID:
    case VARBITOID:
        return TypeFamily::Bit;
    case TSVECTOROID:
    case TSQUERYOID:
        return TypeFamily::TextSearch;
    default:
        break;
    }
    switch (kind) {
    case TYPTYPE_ENUM:
        return TypeFamily::Enum;
    case TYPTYPE_RANGE:
    case TYPTYPE_MULTIRANGE:
        return TypeFamily::Range;
    case TYPTYPE_COMPOSITE:
        return TypeFamily::Composite;
    default:
        break;
    }
    if (category == TYPCATEGORY_ARRAY) {
        return TypeFamily::Array;
    }
    return category == TYPCATEGORY_STRING ? TypeFamily::Text : TypeFamily::Other; // citext too
}

void set_type_limits(core::Column& column, Oid base, int32 modifier) {
    switch (base) {
    case INT2OID:
        column.integer_bytes = 2;
        break;
    case INT4OID:
        column.integer_bytes = 4;
        break;
    case INT8OID:
        column.integer_bytes = 8;
        break;
    case VARCHAROID:
    case BPCHAROID:
        column.length = modifier >= VARHDRSZ ? modifier - VARHDRSZ : 0;
        break;
    case BITOID:
    case VARBITOID:
        column.length = modifier > 0 ? modifier : 0;
        break;
    case NUMERICOID:
        if (modifier >= VARHDRSZ) { // precision in the upper half, an 11-bit signed scale below
            const int32 packed = modifier - VARHDRSZ;
            column.precision = (packed >> 16) & 0xffff;
            column.scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
        }
        break;
    default:
        break;
    }
}

} // namespace pg_stress::backend::catalog
