// The model of a database's schema: what introspection reads and everything else is derived from.
// Zone: core.
//
// Filled by the backend's catalog reader (directly from the catalogs) or, for a remote target, from
// SQL. Pure data; indexes into vectors instead of pointers, so that a model can be copied.
// Names are as stored in the catalog (unquoted); quote_name() is the only way into SQL text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pg_stress::core {

enum class TypeFamily : uint8_t {
    Boolean,
    Integer,   // int2, int4, int8
    Numeric,   // numeric, float4, float8, money
    Text,      // text, varchar, bpchar, name, citext
    Timestamp, // timestamp with or without time zone
    Date,
    Time, // time with or without time zone
    Interval,
    Uuid,
    Json, // json, jsonb
    Enum,
    Bytea,
    Network, // inet, cidr, macaddr
    Bit,
    Range,      // and multirange
    TextSearch, // tsvector, tsquery
    Composite,
    Array,
    Other
};

struct ColumnStatistics { // from pg_statistic; present only when analysed
    bool present = false;
    double null_fraction = 0;
    double distinct = 0; // as stored: above 0 a count, below 0 minus the share of rows
    double correlation = 0;
    int width = 0;
};

struct Column {
    std::string name;
    int16_t number = 0;
    std::string type;           // as format_type prints it, with its modifier
    uint32_t type_oid = 0;      // as declared (a domain stays a domain)
    uint32_t base_type_oid = 0; // below all domains
    std::string base_type;      // name of the base type without modifier, e.g. "integer"
    TypeFamily family = TypeFamily::Other;
    TypeFamily element_family = TypeFamily::Other; // of an array
    bool jsonb = false;
    int length = 0;               // limit of varchar(n), char(n), bit(n); 0: none
    int precision = 0, scale = 0; // of numeric(p, s); precision 0: none
    int integer_bytes = 0;        // 2, 4, 8 for integers
    bool not_null = false;        // also by the domain
    bool is_domain = false;
    bool domain_has_check = false;
    bool has_default = false;
    bool serial = false; // default takes from a sequence
    bool identity = false;
    bool identity_always = false;
    bool generated = false;
    bool trigger_maintained = false; // a trigger function assigns it
    std::vector<std::string> labels; // of an enum
    ColumnStatistics statistics;

    /** True when an INSERT may leave the column out and still get a value fit for a key. */
    bool fills_itself() const { return serial || identity || generated || has_default; }
};

enum class AccessMethod : uint8_t { Btree, Hash, Gin, Gist, Spgist, Brin, Other };

struct Index {
    uint32_t oid = 0;
    std::string name;
    std::vector<int16_t> columns; // key columns in order; 0 for an expression
    std::vector<int16_t> included;
    AccessMethod method = AccessMethod::Btree;
    std::vector<std::string> operator_classes; // of the key columns
    bool unique = false, primary = false, exclusion = false, valid = true;
    bool partial = false, expression = false, immediate = true;
};

enum class OnDelete : uint8_t { NoAction, Restrict, Cascade, SetNull, SetDefault };

struct ForeignKey { // from the child's columns to the parent's, in the same order
    std::string name;
    uint32_t oid = 0;
    int child = -1, parent = -1; // indexes into SchemaModel::tables
    std::vector<int16_t> columns, parent_columns;
    OnDelete on_delete = OnDelete::NoAction;
    bool deferrable = false, deferred = false, validated = true;
    bool self() const { return child == parent; }
};

struct Check {
    std::string name;
    std::vector<int16_t> columns;
};

enum class TableKind : uint8_t { Ordinary, Partitioned, Foreign };

enum class TableClass : uint8_t {
    Entity,
    Transactional,
    AppendOnly,
    Lookup,
    Hierarchical,
    Junction,
    Satellite, // one row for each row of its parent
    Queue
};

struct Table {
    uint32_t oid = 0;
    std::string schema, name;
    TableKind kind = TableKind::Ordinary;
    double rows = 0;        // best estimate: never negative; partitions summed into their root
    bool rows_known = true; // false: never analysed and no pages to judge by
    double bytes = 0;       // heap, indexes and toast
    uint32_t partitions = 0;
    uint32_t inheritance_children = 0;
    std::vector<int16_t> partition_key; // column numbers, 0 for an expression
    bool row_security = false;          // enabled for the current role
    bool unlogged = false;
    bool can_select = true, can_insert = true, can_update = true, can_delete = true;
    std::vector<Column> columns; // live ones, in order
    std::vector<Index> indexes;
    std::vector<Check> checks; // on the table and its columns; not of domains
    /** Foreign keys to tables that the model leaves out (of an extension, say): new rows can only
        repeat values that the table has. */
    std::vector<Check> outside_keys;
    std::vector<std::string> triggers; // user row and statement triggers, by name
    bool has_insert_rule = false;      // or another rewrite rule on writes
    std::vector<int> foreign_keys;     // into SchemaModel::foreign_keys, where this is the child
    std::vector<int> referenced_by;    // likewise, where this is the parent

    // Derived by the classifier.
    TableClass table_class = TableClass::Entity;
    double confidence = 0; // 0..1
    std::string evidence;
    bool class_overridden = false;

    const Column* column(int16_t number) const;
    const Column* column(std::string_view column_name) const;
    const Index* primary_key() const; // or else a valid, immediate, total unique index over
                                      // NOT NULL columns; nullptr where there is none
    bool in_unique_index(int16_t number) const;
    /** "schema.table", quoted where SQL needs it. */
    std::string quoted() const;
};

struct SchemaModel {
    std::vector<Table> tables; // sorted by schema and name
    std::vector<ForeignKey> foreign_keys;
    uint64_t content_hash = 0;    // of all that the model's structure holds, names included
    uint64_t statistics_hash = 0; // of row estimates and column statistics

    int find_table(uint32_t oid) const; // -1 where absent
    int find_table(std::string_view schema, std::string_view name) const;
    std::unordered_map<uint32_t, int> by_oid; // kept by index_tables()
    /** Rebuilds by_oid and each table's foreign_keys and referenced_by from foreign_keys. */
    void index_tables();
    /** Sets content_hash and statistics_hash. Object ids have no part in them, so that a restored
        dump has the same content. */
    void compute_hashes();
};

/** Quotes an identifier where SQL needs it (also reserved words), as quote_ident does. */
std::string quote_name(std::string_view name);
/** Quotes a literal: 'it''s'; E'' form when it holds a backslash. */
std::string quote_literal(std::string_view text);

const char* to_string(TableClass table_class);
const char* to_string(TypeFamily family);
/** False where there is no class of that name. */
bool parse_table_class(std::string_view name, TableClass& table_class);
inline constexpr const char* kTableClassNames =
    "entity, transactional, append_only, lookup, hierarchical, junction, satellite, queue";

} // namespace pg_stress::core
