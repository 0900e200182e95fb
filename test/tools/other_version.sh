#!/bin/bash
# other_version.sh 17|18: `make test` (PARTS, by default what a server's version can change) in a
# throw-away Debian root that has that version. Root only. The root is kept for a week and reused.
. "$(dirname "$0")/common.sh"

version=$1
parts=${PARTS:-build unit regress isolation tap}
case $version in
17) suite=trixie ;;
18) suite=sid ;;
*) die "no Debian suite is known for PostgreSQL $version; known: 17, 18" ;;
esac
is_root || die "a Debian root can only be made as root; run: sudo make test-$version"
roots=${PGS_ROOTS:-/var/cache/pg_stress}
root=$roots/$suite
fail() {
    say "$1"
    count_part "test-$version" 0 1 || exit 1
}

# A namespace of its own for mounts and processes: when its first process ends, all of it ends.
inside() {
    local proxies=() name
    for name in http_proxy https_proxy no_proxy; do
        if [ -n "${!name:-}" ]; then proxies+=("$name=${!name}"); fi
    done
    unshare --mount --pid --fork --kill-child bash -c '
        mount -t proc proc "$0/proc" && mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm" &&
            exec chroot "$0" "$@"' "$root" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "${proxies[@]}" "$@" </dev/null
}

# The mirror that this machine uses itself.
mirror() {
    apt-get indextargets --format '$(CREATED_BY) $(REPO_URI)' |
        sed -n 's/^Packages \(.*\/debian\/\{0,1\}\)$/\1/p' | head -1
}
make_root() {
    local uri
    uri=$(mirror)
    [ -n "$uri" ] || { say "apt has no Debian mirror configured" && return 1; }
    rm -rf "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase "$suite" "$root" "$uri" || return 1
    # No service starts in there; lists of a suite without point releases are old at once.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    {
        say 'Acquire::Check-Valid-Until "false";'
        say 'APT::Install-Recommends "false";'
        apt-config dump | grep -i '^Acquire::.*proxy' || true
    } >"$root/etc/apt/apt.conf.d/90tests"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    inside apt-get update -q && inside apt-get install -y -q make && touch "$root/.complete"
}

command -v debootstrap >/dev/null || apt-get install -y -q debootstrap >/dev/null ||
    fail "debootstrap cannot be installed"
if [ -n "$(find "$root/.complete" -mtime -7 2>/dev/null)" ]; then
    say "using the $suite root of $(date -r "$root/.complete" +%F)"
else
    for try in 1 2 3; do
        say "making a $suite root (try $try)"
        if make_root >"$logs/root-$suite.log" 2>&1; then break; fi
        tail -5 "$logs/root-$suite.log"
        [ "$try" != 3 ] || fail "no $suite root can be made; see build/logs/root-$suite.log"
    done
fi

rm -rf "$root/checkout"
mkdir -p "$root/checkout"
tar -C "$top" --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.d' --exclude='*.so' \
    --exclude='./sql/pg_stress--*' -cf - . | tar -C "$root/checkout" --no-same-owner -xf -
inside make -s -C /checkout deps 2>&1 | sed "s/^/$version | /" || fail "the packages cannot be installed"
found=$(inside pg_config --version)
case $found in
"PostgreSQL $version"*) say "$found in a $suite root" ;;
*) fail "the $suite root has $found instead of $version" ;;
esac
# Marked, so that the last line of the inner run is not taken for the outer one's.
inside make -s -C /checkout test PARTS="$parts" 2>&1 | sed "s/^/$version | /" | tee "$logs/test-$version.log" || true
mkdir -p "$logs/test-$version" && cp -r "$root/checkout/build/logs/." "$logs/test-$version/"
read -r passed failed skipped < <(sed -n "s/^$version | \([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \40/p" \
    "$logs/test-$version.log" | tail -1) || fail "the tests in the $suite root ended before they could count"
count_part "test-$version" "$passed" "$failed" $((10#$skipped / 10))
