"""Compares the ORM operations of pg_stress with what SQLAlchemy sends for the same patterns.

Argument: a libpq connection string. The tables that the operations name are reflected, mapped one
class each with a relationship per foreign key, and each pattern is run as an application writes it;
the statements are caught before they reach the driver. Parameters, white space, quotes that need
not be, the number of rows in VALUES and of values in IN (the parents found) are made equal;
everything else must be.
Prints one line per operation: "same NAME" or "differs NAME" and both texts.
"""

import re
import sys
import warnings

import psycopg2
from sqlalchemy import FetchedValue, MetaData, create_engine, event, exc, func
from sqlalchemy.orm import (Session, joinedload, registry, relationship, selectinload,
                            subqueryload)
from sqlalchemy.orm.attributes import flag_modified

warnings.simplefilter("ignore", exc.SAWarning)


def normal(sql):
    sql = re.sub(r"%\([^)]*\)s", "?", sql)
    sql = re.sub(r"\$\d+", "?", sql)
    sql = re.sub(r"\?::[A-Za-z ]+(\(\d+\))?(\[\])*", "?", sql)
    sql = re.sub(r'"([a-z_][a-z0-9_]*)"', r"\1", sql)
    sql = re.sub(r"\s+", " ", sql).strip()
    sql = re.sub(r"\( ", "(", sql)
    sql = re.sub(r"IN \(\?(, \?)+\)", "IN (?)", sql)
    return re.sub(r"VALUES (\([^()]*\))(, \1)+", r"VALUES \1", sql)


class Operations:
    """Of each operation: its family, tables, and the texts of its steps in order."""

    def __init__(self, connection):
        self.by_name = {}
        rows = connection.exec_driver_sql(
            "SELECT operation, family, tables, sql FROM pg_stress.operations(NULL, 'orm') "
            "WHERE operation IS NOT NULL ORDER BY operation, step")
        for name, family, tables, sql in rows:
            self.by_name.setdefault(name, (family, tables, []))[2].append(sql)


class Mapped:
    """Classes for the tables, and the statements that a session sends."""

    def __init__(self, engine, operations):
        self.engine = engine
        self.statements = []
        metadata = MetaData()
        schemas = {t.split(".")[0] for _, tables, _ in operations.values() for t in tables}
        for schema in schemas:
            metadata.reflect(engine, schema=schema)
        # What an application leaves to the database it maps as fetched.
        for family, tables, texts in operations.values():
            if family == "orm_bulk_insert":
                written = re.search(r"\(([^)]*)\) VALUES", texts[0]).group(1)
                names = [n.strip().strip('"') for n in written.split(",")]
                for column in metadata.tables[tables[0]].columns:
                    if column.name not in names and column.server_default is None:
                        column.server_default = FetchedValue()
        mapper = registry(metadata=metadata)
        self.classes = {}
        for name, table in metadata.tables.items():
            if table.primary_key:
                self.classes[name] = type(str(table.name), (), {})
                mapper.map_imperatively(self.classes[name], table)
        self.collections = {}
        for name, child in self.classes.items():
            for number, key in enumerate(metadata.tables[name].foreign_key_constraints):
                parent = key.referred_table.fullname
                if parent not in self.classes or parent == name or len(key.elements) != 1:
                    continue
                element = key.elements[0]
                attribute = "children_%s_%d" % (child.__name__, number)
                self.classes[parent].__mapper__.add_property(
                    attribute,
                    relationship(child, viewonly=True, uselist=True,
                                 foreign_keys=[element.parent]))
                self.collections.setdefault((parent, name), []).append(
                    getattr(self.classes[parent], attribute))
        event.listen(engine, "before_cursor_execute", self.catch)

    def catch(self, connection, cursor, statement, parameters, context, many):
        self.statements.append(normal(statement))

    def key(self, name):
        mapper = self.classes[name].__mapper__
        return [mapper.get_property_by_column(c).class_attribute for c in mapper.primary_key]


def some_value(session, attribute):
    """A value to page from: the greatest but some."""
    return session.query(attribute).filter(attribute.isnot(None)).order_by(
        attribute.desc()).offset(20).limit(1).scalar() or session.query(
            attribute).filter(attribute.isnot(None)).order_by(attribute).limit(1).scalar()


def page(mapped, session, name, limit):
    key = mapped.key(name)[0]
    return session.query(mapped.classes[name]).filter(
        key >= some_value(session, key)).order_by(key).limit(limit)


def n_plus_1(mapped, session, tables, texts, collection):
    query = page(mapped, session, tables[0], 2)
    mapped.statements.clear()
    for parent in query:
        getattr(parent, collection.key)


def eager(load):
    def pattern(mapped, session, tables, texts, collection):
        query = page(mapped, session, tables[0], 10).options(load(collection))
        mapped.statements.clear()
        query.all()
    return pattern


def pagination(mapped, session, tables, texts, collection):
    mapped.statements.clear()
    session.query(mapped.classes[tables[0]]).order_by(
        mapped.key(tables[0])[0].desc()).limit(10).offset(5).all()


def aggregation(mapped, session, tables, texts, collection):
    names = re.search(r"anon_1\.(\S+) AS .*sum\(anon_1\.([^)]+)\)", texts[0])
    group, figure = (getattr(mapped.classes[tables[0]], n.strip('"')) for n in names.groups())
    key = mapped.key(tables[0])[0]
    part = session.query(group, figure).filter(key >= some_value(session, key)).order_by(
        key).limit(100).subquery()
    mapped.statements.clear()
    session.query(part.c[group.key], func.count(), func.sum(part.c[figure.key]),
                  func.avg(part.c[figure.key])).group_by(part.c[group.key]).order_by(
                      func.count().desc()).all()


def exists_filter(mapped, session, tables, texts, collection):
    key = mapped.key(tables[0])[0]
    query = session.query(mapped.classes[tables[0]]).filter(collection.any()).filter(
        key >= some_value(session, key)).order_by(key).limit(3)
    mapped.statements.clear()
    query.all()


def relationship_join(mapped, session, tables, texts, collection):
    parent, child = (mapped.classes[t] for t in tables[:2])
    key = mapped.key(tables[1])[0]
    query = session.query(parent, child).join(collection).filter(
        key >= some_value(session, key)).order_by(key).limit(5)
    mapped.statements.clear()
    query.all()


def load_modify_save(mapped, session, tables, texts, collection):
    cls = mapped.classes[tables[0]]
    identity = session.query(*mapped.key(tables[0])).limit(1).one()
    mapped.statements.clear()
    row = session.get(cls, tuple(identity))
    setting = re.search(r" SET (.*) WHERE ", texts[1]).group(1)
    for name in re.findall(r'("[^"]+"|\w+)=\$', setting):
        flag_modified(row, name.strip('"'))
    session.flush()


def orm_bulk_insert(mapped, session, tables, texts, collection):
    cls = mapped.classes[tables[0]]
    written = re.search(r"\(([^)]*)\) VALUES", texts[0]).group(1)
    names = [n.strip().strip('"') for n in written.split(",")]
    row = session.query(*[getattr(cls, n) for n in names]).first() or ["x"] * len(names)
    mapped.statements.clear()
    objects = [cls() for _ in range(2)]
    for made in objects:
        for name, value in zip(names, row):
            setattr(made, name, value)
    session.add_all(objects)
    try:
        session.flush()
    except exc.DBAPIError:
        pass  # the row may exist already; the statement has been seen


PATTERNS = {
    "n_plus_1": n_plus_1,
    "eager_joined": eager(joinedload),
    "eager_subquery": eager(subqueryload),
    "eager_selectin": eager(selectinload),
    "orm_bulk_insert": orm_bulk_insert,
    "load_modify_save": load_modify_save,
    "pagination": pagination,
    "aggregation": aggregation,
    "exists_filter": exists_filter,
    "relationship_join": relationship_join,
}


def sent(mapped, family, tables, texts):
    """What SQLAlchemy sends, once for each key by which the tables may be related."""
    collections = mapped.collections.get(tuple(tables[:2]), []) if len(tables) > 1 else []
    for collection in collections or [None]:
        session = Session(mapped.engine)
        try:
            PATTERNS[family](mapped, session, tables, texts, collection)
            yield list(mapped.statements)
        finally:
            session.rollback()
            session.close()


def main():
    engine = create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(sys.argv[1]))
    with engine.connect() as connection:
        operations = Operations(connection).by_name
    mapped = Mapped(engine, operations)
    for name, (family, tables, texts) in operations.items():
        wanted = [normal(t) for t in texts]
        got = []
        for statements in sent(mapped, family, tables, texts):
            got = statements[:len(wanted)]
            if got == wanted:
                break
        print("same" if got == wanted else "differs", name)
        if got != wanted:
            print("  pg_stress:  " + "\n              ".join(wanted))
            print("  sqlalchemy: " + "\n              ".join(got))


main()
