#!/bin/bash
# The module exports our names only, lacks none of them, and needs no library beyond those that a server has anyway.
[ -f pg_stress.so ] || { echo "pg_stress.so is not built" && exit 1; }
bad=0
# Types u, V and W are the weak symbols of C++ templates that the library itself makes visible.
alien=$(nm -D --defined-only --extern-only pg_stress.so | awk '$2 !~ /[uVWvw]/ { print $3 }' |
    grep -vE '^(pg_stress_|pg_finfo_pg_stress_|Pg_magic_func$|_PG_init$)')
if [ -n "$alien" ]; then
    printf 'exported without our prefix:\n%s\n' "$alien" && bad=1
fi
alien=$(readelf -d pg_stress.so | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE '^(libpq|libstdc\+\+|libgcc_s|libm|libc)\.so|^ld-linux')
if [ -n "$alien" ]; then
    printf 'needed libraries:\n%s\n' "$alien" && bad=1
fi
alien=$(nm -DC --undefined-only pg_stress.so | grep 'pg_stress::')
if [ -n "$alien" ]; then
    printf 'declared but defined nowhere:\n%s\n' "$alien" && bad=1
fi
alien=$(comm -23 <(grep -ho "'pg_stress_[a-z0-9_]*'" sql/install/*.sql | tr -d "'" | sort -u) \
    <(nm -D --defined-only pg_stress.so | awk '{ print $3 }' | sort))
if [ -n "$alien" ]; then
    printf 'named by the install script, but not in the module:\n%s\n' "$alien" && bad=1
fi
exit $bad
