# pg_stress: the extension by PGXS, the tests and the demo by the scripts in test/tools.
# `make help` lists the targets.

EXTENSION = pg_stress
MODULE_big = pg_stress
RELEASE = 1.0

ZONES = core client backend
SOURCES = $(sort $(foreach zone,$(ZONES),$(wildcard src/$(zone)/*.cpp)))
OBJS = $(SOURCES:.cpp=.o)

INSTALL_SQL = $(sort $(wildcard sql/install/*.sql))
DATA_built = sql/pg_stress--$(RELEASE).sql
EXTRA_CLEAN = $(OBJS:.o=.d) $(DATA_built) build

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
INCLUDE_SERVER := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
INCLUDE_CLIENT := $(shell $(PG_CONFIG) --includedir 2>/dev/null)

# Server headers as system headers: they are C and warn under our flags.
# PGDLLEXPORT is empty before 16, and hidden visibility would hide even the magic function.
PG_CPPFLAGS = -Iinclude -isystem $(INCLUDE_SERVER) -isystem $(INCLUDE_CLIENT) -DFMT_HEADER_ONLY \
	-DPGDLLEXPORT='__attribute__((visibility("default")))'
PG_CXXFLAGS = -std=c++20 -MMD -MP -Wall -Wextra -Wshadow -Wconversion -Wno-register -Wno-volatile \
	-fvisibility=hidden -fvisibility-inlines-hidden $(if $(WERROR),-Werror)
SHLIB_LINK = -lstdc++

# Bitcode would be compiled without our -std=c++20; inlining by JIT gains nothing here.
override with_llvm = no

.DEFAULT_GOAL = all

ifneq ($(PGXS),)
include $(PGXS)
else
all install uninstall clean:
	@echo "PostgreSQL's files for building extensions are missing; run: make deps" && exit 1
endif

sql/pg_stress--$(RELEASE).sql: $(INSTALL_SQL) build/sources
	cat $(INSTALL_SQL) > $@

# Objects of another server version are no use; a module or script with a part too many is wrong.
define note # (file, content): rewrites the file when its content has changed
@mkdir -p $(dir $1)
@echo '$2' | cmp -s - $1 || echo '$2' > $1
endef
build/server_version: FORCE
	$(call note,$@,$(VERSION) $(INCLUDE_SERVER))
build/sources: FORCE
	$(call note,$@,$(OBJS) $(INSTALL_SQL))
$(OBJS): build/server_version
pg_stress$(DLSUFFIX): build/sources

-include $(OBJS:.o=.d)

# ---- the rest: scripts

PARTS_OF_TEST = unit unit-sanitized regress isolation tap lint docs-check
.PHONY: FORCE help deps demo test $(PARTS_OF_TEST) proof bench soak fuzz test-17 test-18 docs \
	format tidy stop-demo

help:
	@sed -n 's/^#: //p' Makefile

#: make                 builds the extension (WERROR=1: a warning is an error)
#: make install         installs it into the server of PG_CONFIG; make uninstall removes it
#: make deps            installs the Debian packages that building and testing need
#: make demo            a minute of load on a sample shop in a private cluster, and its report
#: make clean           removes what was built, and the demo's cluster

deps:
	@test/tools/deps.sh

demo:
	@test/tools/demo.sh

clean: stop-demo
stop-demo:
	@test/tools/demo.sh stop

#: make test            every test; the last line is the total. Its parts, each alone:
#:   make lint unit unit-sanitized regress isolation tap docs-check
#:   (ONLY=name runs one test of lint, regress, isolation, tap, proof, bench or soak)

test:
	@test/tools/deps.sh
	@test/tools/all.sh
unit:
	@test/tools/unit.sh plain
unit-sanitized:
	@test/tools/unit.sh sanitized
regress isolation:
	@test/tools/regress.sh $@
tap:
	@test/tools/tap.sh
lint: all
	@test/tools/lint.sh
docs-check:
	@test/tools/docs.sh check

#: make test-17         `make test` in a throw-away Debian root with PostgreSQL 17 (root only)
#: make test-18         the same with 18
#: make proof           what is bound by wall time; make bench: peers side by side
#: make soak fuzz       long runs

test-17 test-18:
	@test/tools/other_version.sh $(@:test-%=%)
proof bench soak:
	@test/tools/run_scripts.sh $@
fuzz:
	@test/tools/fuzz.sh

#: make docs            writes docs/sql_reference.md from the COMMENTs of the installed extension
#: make format          applies clang-format; make tidy: clang-tidy over the sources

docs:
	@test/tools/docs.sh write
format:
	find src include test -name '*.[ch]pp' | xargs clang-format -i
tidy:
	@test/tools/tidy.sh
