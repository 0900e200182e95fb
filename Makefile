# pg_stress: the extension by PGXS, the tests and the demo by the scripts in test/.
# `make help` lists the targets.

EXTENSION = pg_stress
MODULE_big = pg_stress
RELEASE = 1.0

ZONES = core client backend
SOURCES = $(sort $(foreach zone,$(ZONES),$(wildcard src/$(zone)/*.cpp)))
OBJS = $(SOURCES:.cpp=.o)

INSTALL_SQL = $(sort $(wildcard sql/install/*.sql))
DATA_built = sql/pg_stress--$(RELEASE).sql
EXTRA_CLEAN = $(OBJS:.o=.d) $(DATA_built)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
INCLUDE_SERVER := $(shell $(PG_CONFIG) --includedir-server)
INCLUDE_CLIENT := $(shell $(PG_CONFIG) --includedir)

# Server headers as system headers: they are C and warn under our flags.
# PGDLLEXPORT is empty before 16, and hidden visibility would hide even the magic function.
PG_CPPFLAGS = -Iinclude -isystem $(INCLUDE_SERVER) -isystem $(INCLUDE_CLIENT) -DFMT_HEADER_ONLY \
	-DPGDLLEXPORT='__attribute__((visibility("default")))'
PG_CXXFLAGS = -std=c++20 -MMD -MP -Wall -Wextra -Wshadow -Wconversion -Wno-register -Wno-volatile \
	-fvisibility=hidden -fvisibility-inlines-hidden $(if $(WERROR),-Werror)
SHLIB_LINK = -lstdc++

# Bitcode would be compiled without our -std=c++20; inlining by JIT gains nothing here.
override with_llvm = no

ifneq ($(PGXS),)
include $(PGXS)
endif

sql/pg_stress--$(RELEASE).sql: $(INSTALL_SQL)
	cat $^ > $@

-include $(OBJS:.o=.d)
