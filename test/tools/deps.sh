#!/bin/bash
# Installs the packages that building and testing need (Debian). Not root and something is missing:
# prints the one command and stops.
set -euo pipefail

pg_config=${PG_CONFIG:-pg_config}
if command -v "$pg_config" >/dev/null && [ -x "$("$pg_config" --bindir)/postgres" ]; then
    major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
else
    lookup() { apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1; }
    major=$(lookup)
    if [ -z "$major" ] && [ "$(id -u)" = 0 ]; then
        apt-get update -q >/dev/null
        major=$(lookup)
    fi
    [ -n "$major" ] || { echo "no package postgresql is known; run: sudo apt-get update" >&2 && exit 1; }
fi

wanted=(build-essential "postgresql-$major" "postgresql-server-dev-$major" libpq-dev libfmt-dev)
if [ "${1:-}" != build ]; then
    wanted+=(libgtest-dev libipc-run-perl perl clang-format shellcheck python3-sqlalchemy
        python3-psycopg2)
fi
missing=()
for package in "${wanted[@]}"; do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" in
    *" installed") ;;
    *) missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

command=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" != 0 ]; then
    echo "packages are missing; run: sudo ${command[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing ${missing[*]}"
if ! "${command[@]}" >"$log" 2>&1; then
    # The package lists may be old or absent.
    if ! { apt-get update -q && "${command[@]}"; } >>"$log" 2>&1; then
        tail -20 "$log" >&2
        echo "installing failed: ${command[*]}" >&2
        exit 1
    fi
fi
