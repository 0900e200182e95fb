#include "core/generator.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "core/sql_text.hpp"
#include "schema_builder.hpp"

using namespace pg_stress::core;

namespace {

const Operation* find(const Workload& workload, const std::string& name) {
    for (const Operation& operation : workload.operations) {
        if (operation.name == name) {
            return &operation;
        }
    }
    return nullptr;
}

bool left_out(const Workload& workload, const std::string& object, const std::string& constraint) {
    return std::any_of(workload.left_out.begin(), workload.left_out.end(), [&](const auto& out) {
        return out.object == object && out.constraint == constraint && !out.reason.empty();
    });
}

/** The columns that an INSERT or the SET of an UPDATE names. */
std::set<std::string> written_columns(const Step& step) {
    const auto tokens = sql_tokens(step.sql);
    std::set<std::string> out;
    const auto is = [&](size_t i, const char* text) { return tokens[i].text == text; };
    if (step.kind == StatementKind::Insert) {
        size_t i = 0;
        while (i < tokens.size() && !is(i, "(")) {
            ++i;
        }
        for (++i; i < tokens.size() && !is(i, ")"); ++i) {
            if (!is(i, ",")) {
                out.insert(tokens[i].text);
            }
        }
    } else if (step.kind == StatementKind::Update) {
        size_t i = 0;
        while (i < tokens.size() && !(is(i, "set") && tokens[i].depth == 0)) {
            ++i;
        }
        for (++i; i < tokens.size() && !(is(i, "where") && tokens[i].depth == 0); ++i) {
            if (i + 1 < tokens.size() && is(i + 1, "=") && tokens[i].depth == 0 &&
                tokens[i].kind != SqlToken::Kind::Symbol) {
                out.insert(tokens[i].text);
            }
        }
    }
    return out;
}

void check_texts(const SchemaModel& model, const Workload& workload) {
    std::set<std::string> names;
    for (const Operation& operation : workload.operations) {
        SCOPED_TRACE(operation.name);
        EXPECT_TRUE(names.insert(operation.name).second);
        EXPECT_GT(operation.weight, 0);
        EXPECT_FALSE(operation.tables.empty());
        for (size_t i = 0; i < operation.steps.size(); ++i) {
            const Step& step = operation.steps[i];
            SCOPED_TRACE(step.sql);
            const SqlFacts facts = read_sql_facts(step.sql);
            EXPECT_EQ(facts.greatest_parameter, static_cast<int>(step.parameters.size()));
            EXPECT_EQ(facts.missing_parameter, 0);
            EXPECT_EQ(step.sql.find("random()"), std::string::npos);
            for (const Source& source : step.parameters) {
                if (source.kind == SourceKind::Result) {
                    EXPECT_GE(source.step, 0);
                    EXPECT_LT(source.step, static_cast<int>(i));
                }
                if (source.kind == SourceKind::Column) {
                    const auto owner =
                        std::find_if(model.tables.begin(), model.tables.end(),
                                     [&](const Table& t) { return t.quoted() == source.table; });
                    ASSERT_NE(owner, model.tables.end()) << source.table;
                    EXPECT_NE(owner->column(std::string_view(source.column)), nullptr);
                }
            }
            const auto owner =
                std::find_if(model.tables.begin(), model.tables.end(),
                             [&](const Table& t) { return t.quoted() == step.written_table; });
            if (owner == model.tables.end()) {
                continue;
            }
            for (const std::string& name : written_columns(step)) {
                const Column* column = owner->column(std::string_view(name));
                ASSERT_NE(column, nullptr) << name;
                EXPECT_FALSE(column->generated || column->identity_always ||
                             column->trigger_maintained)
                    << name;
                if (step.kind == StatementKind::Update) {
                    EXPECT_FALSE(owner->in_unique_index(column->number)) << name;
                }
            }
        }
    }
    // What a run keeps reads back to the same.
    Workload again;
    DefinitionError error;
    ASSERT_TRUE(parse_workload(workload_to_value(workload), again, error))
        << error.message << " " << error.detail;
    std::vector<Operation> kept = workload.operations;
    for (Operation& operation : kept) {
        operation.generated = false; // who made it is not part of what it is
    }
    EXPECT_TRUE(again.operations == kept);
}

struct Coverage {
    double read = 0, written = 0;
};

Coverage coverage(const SchemaModel& model, const Workload& workload) {
    std::set<std::string> read, written;
    for (const Operation& operation : workload.operations) {
        std::set<std::string> here;
        for (const Step& step : operation.steps) {
            here.insert(step.written_table);
        }
        written.insert(here.begin(), here.end());
        for (const std::string& table : operation.tables) {
            if (here.count(table) == 0) {
                read.insert(table);
            }
        }
    }
    Coverage out;
    for (const Table& table : model.tables) {
        out.read += static_cast<double>(read.count(table.quoted()));
        out.written += static_cast<double>(written.count(table.quoted()));
    }
    out.read /= static_cast<double>(model.tables.size());
    out.written /= static_cast<double>(model.tables.size());
    return out;
}

} // namespace

TEST(Generator, TextsFitTheirParameters) {
    for (const SchemaModel& model : {shop_like(), northwind_like(), odd_ones()}) {
        check_texts(model, generate_workload(model, {}));
    }
}

TEST(Generator, CoversAShop) {
    const SchemaModel model = shop_like();
    const Workload workload = generate_workload(model, {});
    const Coverage covered = coverage(model, workload);
    EXPECT_EQ(covered.read, 1);
    EXPECT_GE(covered.written, 0.8);
    std::set<std::string> families;
    double reads = 0, writes = 0;
    for (const Operation& operation : workload.operations) {
        families.insert(operation.family);
        (operation.writes ? writes : reads) += operation.weight;
    }
    for (const auto& [family, weight] : operation_families()) {
        if (family != "bounded_count") { // only for tables without a key
            EXPECT_EQ(families.count(family), 1u) << family;
        }
    }
    EXPECT_NEAR(reads / (reads + writes), 0.7, 0.01);
    EXPECT_LE(workload.operations.size(), 300u);
}

TEST(Generator, NorthwindIsMostlyWritten) {
    const SchemaModel model = northwind_like();
    const Workload workload = generate_workload(model, {});
    const Coverage covered = coverage(model, workload);
    EXPECT_EQ(covered.read, 1);
    EXPECT_EQ(covered.written, 1);
    // 9 x 53 pairs are soon all there: a new territory comes first.
    const Operation* junction = find(workload, "insert s.employee_territories");
    ASSERT_NE(junction, nullptr);
    ASSERT_EQ(junction->steps.size(), 2u);
    EXPECT_EQ(junction->steps[0].written_table, "s.territories");
    EXPECT_EQ(junction->steps[1].parameters[1].kind, SourceKind::Result);
    // A smallint key counts on from what is there and knows its end.
    const Operation* region = find(workload, "insert s.region");
    ASSERT_NE(region, nullptr);
    EXPECT_EQ(region->steps[0].parameters[0].kind, SourceKind::Sequence);
    EXPECT_EQ(region->steps[0].parameters[0].most, INT16_MAX);
    EXPECT_EQ(find(workload, "batch_insert s.region"), nullptr);
}

TEST(Generator, IsDeterministic) {
    const SchemaModel model = shop_like();
    EXPECT_EQ(workload_to_value(generate_workload(model, {})).to_json(),
              workload_to_value(generate_workload(model, {})).to_json());
}

TEST(Generator, MixAndFilters) {
    const SchemaModel model = shop_like();
    GeneratorOptions options;
    options.mix = {{"point_read", 0}, {"update", 50}};
    options.include_tables = {"s.ORDERS", "s.customers"};
    options.exclude_tables = {"s.customers"};
    const Workload workload = generate_workload(model, options);
    ASSERT_FALSE(workload.operations.empty());
    double updates = 0;
    for (const Operation& operation : workload.operations) {
        EXPECT_NE(operation.family, "point_read");
        EXPECT_EQ(operation.tables.front().substr(0, 2), "s.");
        updates += operation.family == "update" ? operation.weight : 0;
        for (const Step& step : operation.steps) {
            EXPECT_TRUE(step.written_table.empty() || step.written_table == "s.orders") << step.sql;
        }
    }
    EXPECT_NEAR(updates, 50, 0.1);
    EXPECT_EQ(unknown_names(model, options), std::vector<std::string>{});
    options.schemas = {"nowhere"};
    EXPECT_EQ(unknown_names(model, options), std::vector<std::string>{"nowhere"});

    GeneratorOptions reading;
    reading.read_only = true;
    for (const Operation& operation : generate_workload(model, reading).operations) {
        EXPECT_FALSE(operation.writes) << operation.name;
    }
    GeneratorOptions orm_only;
    orm_only.sql = false;
    std::set<std::string> patterns;
    for (const Operation& operation : generate_workload(model, orm_only).operations) {
        EXPECT_TRUE(operation.orm);
        patterns.insert(operation.family);
    }
    EXPECT_EQ(patterns.size(), 10u);
}

TEST(Generator, OddTablesAreLeftOutByName) {
    const SchemaModel model = odd_ones();
    const Workload workload = generate_workload(model, {});
    EXPECT_EQ(coverage(model, workload).read, 1);
    EXPECT_TRUE(left_out(workload, "s.flags", "pk_flags"));
    EXPECT_TRUE(left_out(workload, "s.\"empty checked\"", "grade_range"));
    EXPECT_TRUE(
        left_out(workload, "s.\"child of empty\"", "fk_child of empty_empty_id_empty checked"));
    EXPECT_TRUE(left_out(workload, "s.points", ""));
    EXPECT_TRUE(left_out(workload, "s.remote", ""));
    EXPECT_TRUE(left_out(workload, "s.guarded", ""));
    for (const Operation& operation : workload.operations) {
        for (const Step& step : operation.steps) {
            EXPECT_NE(step.written_table, "s.remote");
            EXPECT_NE(step.written_table, "s.guarded");
        }
    }
    // Keys that share a column keep together, and the CHECK's columns come from one row.
    const Operation* task = find(workload, "insert s.tasks");
    ASSERT_NE(task, nullptr);
    EXPECT_EQ(task->steps[0].sql,
              "INSERT INTO s.tasks (tenant_id, project_id, task_no, starts, ends) VALUES ($1, $2, "
              "(SELECT coalesce(max(x.task_no), 0) + 1 FROM s.tasks AS x WHERE x.tenant_id = $1 "
              "AND x.project_id = $2), $3, $4) ON CONFLICT DO NOTHING RETURNING tenant_id, "
              "project_id, task_no");
    for (const Source& source : task->steps[0].parameters) {
        EXPECT_EQ(source.table, "s.tasks");
        EXPECT_EQ(source.pick, 0);
    }
    // No key: read and added to, never changed.
    EXPECT_NE(find(workload, "insert s.\"no key\""), nullptr);
    EXPECT_EQ(find(workload, "update s.\"no key\""), nullptr);
}

TEST(Generator, InsertsOfAShop) {
    const SchemaModel model = shop_like();
    const Workload workload = generate_workload(model, {});
    const Operation* customer = find(workload, "insert s.customers");
    ASSERT_NE(customer, nullptr);
    EXPECT_EQ(customer->steps[0].sql,
              "INSERT INTO s.customers (email, name, deleted_at) VALUES ($1, $2, $3) RETURNING id");
    EXPECT_EQ(customer->steps[0].parameters[0].kind, SourceKind::Unique);
    EXPECT_TRUE(customer->steps[0].parameters[2].nulls);
    // One row per parent: the parent comes first, in the same transaction.
    const Operation* stock = find(workload, "insert s.stock");
    ASSERT_NE(stock, nullptr);
    EXPECT_EQ(stock->steps.size(), 2u);
    EXPECT_EQ(stock->steps[0].written_table, "s.products");
    EXPECT_EQ(stock->steps[1].parameters[0].kind, SourceKind::Result);
    // Many pairs are free: two parents are drawn.
    const Operation* favourite = find(workload, "insert s.favourites");
    ASSERT_NE(favourite, nullptr);
    EXPECT_NE(favourite->steps[0].sql.find("ON CONFLICT DO NOTHING"), std::string::npos);
    // The partition key may have to come from a row that fits a partition.
    const Operation* log = find(workload, "insert s.log");
    ASSERT_NE(log, nullptr);
    const auto sampled = with_sampled_times(*log);
    ASSERT_TRUE(sampled.has_value());
    EXPECT_EQ(sampled->steps[0].parameters[0].kind, SourceKind::Column);
    EXPECT_EQ(sampled->steps[0].parameters[0].column, "logged_at");
    EXPECT_FALSE(with_sampled_times(*customer).has_value());
    // Deletes take rows that are kept apart; what is referenced stays.
    const Operation* gone = find(workload, "hard_delete s.lines");
    ASSERT_NE(gone, nullptr);
    EXPECT_TRUE(gone->steps[0].parameters[0].reserved);
    EXPECT_EQ(find(workload, "hard_delete s.products"), nullptr);
    EXPECT_TRUE(left_out(workload, "s.customers", "fk_orders_customer_id_customers"));
}

TEST(Generator, KeysThatShareAColumnKeepTogether) {
    SchemaBuilder s;
    s.table("people").identity("id").column("home", "bigint", false).key({"id"});
    s.table("places")
        .column("person", "bigint")
        .identity("id")
        .key({"person", "id"})
        .references("people", {"person"}, {"id"});
    s.table("parcels")
        .identity("id")
        .column("person", "bigint")
        .column("sent_to", "bigint")
        .column("billed_to", "bigint", false)
        .key({"id"})
        .references("people", {"person"}, {"id"})
        .references("places", {"person", "sent_to"}, {"person", "id"})
        .references("places", {"person", "billed_to"}, {"person", "id"});
    SchemaModel model = s.build();
    ForeignKey home; // a person names one of their own places
    home.name = "home";
    home.child = model.find_table("s", "people");
    home.parent = model.find_table("s", "places");
    home.columns = {1, 2};
    home.parent_columns = {1, 2};
    model.foreign_keys.push_back(home);
    model.index_tables();
    const Workload workload = generate_workload(model, {});
    const Operation* parcel = find(workload, "insert s.parcels");
    ASSERT_NE(parcel, nullptr);
    ASSERT_EQ(parcel->steps[0].parameters.size(), 3u);
    for (const Source& source : parcel->steps[0].parameters) {
        EXPECT_EQ(source.table, "s.parcels"); // all of one row
        EXPECT_EQ(source.pick, 0);
    }
    const Operation* person = find(workload, "insert s.people");
    ASSERT_NE(person, nullptr);
    EXPECT_EQ(person->steps[0].sql, "INSERT INTO s.people DEFAULT VALUES RETURNING id");
}

TEST(Generator, ThousandsOfTablesAreQuick) {
    SchemaBuilder s;
    for (int i = 0; i < 5000; ++i) {
        TableBuilder table = s.table("t" + std::to_string(i));
        table.rows(i * 10 + 10)
            .identity("id")
            .column("a", "text")
            .column("b", "integer")
            .column("at", "timestamptz")
            .with_default()
            .key({"id"});
        if (i > 0) {
            table.column("parent", "bigint")
                .references("t" + std::to_string(i / 3), {"parent"}, {"id"})
                .index("i" + std::to_string(i), {"parent"});
        }
    }
    const SchemaModel model = s.build();
    const auto start = std::chrono::steady_clock::now();
    const Workload workload = generate_workload(model, {});
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    RecordProperty("milliseconds", static_cast<int>(ms));
    EXPECT_EQ(workload.operations.size(), 300u);
    // Work is bounded by tables, not by tables times families.
    EXPECT_LT(ms, 2000);
    std::cout << "5,000 tables: " << ms << " ms\n";
    std::set<std::string> listed;
    for (const auto& out : workload.left_out) {
        listed.insert(out.object);
    }
    EXPECT_GT(listed.size(), 4000u);
}

TEST(Generator, PgbenchWorkloads) {
    const Workload tpcb = tpcb_workload(10);
    ASSERT_EQ(tpcb.operations.size(), 1u);
    const Operation& operation = tpcb.operations[0];
    ASSERT_EQ(operation.steps.size(), 5u);
    EXPECT_TRUE(operation.writes);
    EXPECT_EQ(operation.steps[0].parameters[1].high, 1000000);
    EXPECT_EQ(operation.steps[1].parameters[0].same, "aid");
    EXPECT_EQ(operation.steps[4].kind, StatementKind::Insert);
    Workload again;
    DefinitionError error;
    ASSERT_TRUE(parse_workload(workload_to_value(tpcb), again, error)) << error.message;
    EXPECT_EQ(again.operations, tpcb.operations);
    EXPECT_EQ(select_only_workload(5).operations[0].steps[0].sql,
              "SELECT abalance FROM public.pgbench_accounts WHERE aid = $1");
}
