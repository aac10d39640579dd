#!/usr/bin/env bash
# Whether the same commit gives the same package: PACK/first holds what was built before.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/pack/build.bash
source "$(dirname "$0")/build.bash"

case_another_build_elsewhere_gives_the_same_bytes() {
    local name
    built_in "$PACK/second" /srv/another/longer/place LC_ALL=C.UTF-8 TZ=Pacific/Kiritimati
    for name in intact intact-dbgsym; do
        cmp "$(package "$name")" "$PACK"/second/"$name"_*.deb
    done
    rm -r "$PACK/second"
}

run_cases
