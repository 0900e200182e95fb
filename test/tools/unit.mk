# The unit tests of the core, with no PostgreSQL on the include path.
# SANITIZE=1 builds them a second time, apart, with AddressSanitizer and UBSan.

# Without optimisation where it does not matter: compiling takes longer than all the tests.
ifdef SANITIZE
OUT = build/unit_sanitized
FLAGS = -O0 -fsanitize=address,undefined -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
else
OUT = build/unit
$(OUT)/src/%: FLAGS += -O1
endif
FLAGS += -g -std=c++20 -Iinclude -MMD -MP -DFMT_HEADER_ONLY -Wall -Wextra -Wshadow -Wconversion -Werror

SOURCES = $(wildcard src/core/*.cpp) $(wildcard test/unit/*.cpp)
OBJECTS = $(SOURCES:%.cpp=$(OUT)/%.o)

$(OUT)/run_tests: $(OBJECTS) $(OUT)/sources
	$(CXX) $(FLAGS) -o $@ $(OBJECTS) -lgtest -lgtest_main -pthread

$(OUT)/%.o: %.cpp test/tools/unit.mk
	@mkdir -p $(@D)
	$(CXX) $(FLAGS) -c -o $@ $<

# Changes with the list of files, so that an object whose source is gone leaves the program.
$(OUT)/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(SOURCES)' | cmp -s - $@ || echo '$(SOURCES)' > $@

.PHONY: FORCE
-include $(OBJECTS:.o=.d)
