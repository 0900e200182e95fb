#!/bin/bash
# Rules for the install script that its text shows; the catalog's side is in sql/catalog_rules.sql.
bad=0
found=$(grep -nEi '\b(CREATE +OR +REPLACE|IF +NOT +EXISTS|CREATE +ROLE|SECURITY +DEFINER)\b' sql/install/*.sql |
    grep -vE '^[^:]*:[0-9]*: *--')
if [ -n "$found" ]; then
    printf 'not in an install script:\n%s\n' "$found" && bad=1
fi
exit $bad
