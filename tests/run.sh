#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test.
#
#   tests/run.sh [--quick] [--lane NAME]... [--full] [--no-install]
#
# Lanes:
#   test    GCC, warnings are errors: unit, crash and e2e tests, gates
#   asan    clang, warnings are errors: unit tests under AddressSanitizer and
#           UndefinedBehaviorSanitizer
#   tsan    clang: unit tests of what starts threads under ThreadSanitizer
#   tidy    clang-tidy on all of agent/, a dozen files at a time
#   vm      on the kernel of Debian 12 under qemu: FAT, exFAT, NFS and SMB; publishing cut off by
#           power failure
#   boot    as a service under systemd 252, in a container that is booted for it
#   pack    the Debian package, built in a clean root, and the RPM; the first of them installed, used,
#           upgraded in mid-run, removed and purged in a bare container
# Without --lane all of them, the last three beside the others once 'test' is built; --quick is --lane
# test. --full has the lane vm try every crash image and every call at which a process may be killed,
# which takes hours, instead of a sample; the lane pack build the package once more, elsewhere, and
# compare the bytes; and the lane test cut streams at 1,200 points each, ask systemd for 5,000 calendars
# and soak for 2,000 runs.
# A lane that cannot run here says why and counts as skipped; with CI=true as failed.
# The last line is 'N passed, N failed, N skipped'; the exit status is 1 when anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# The distribution's programs, those of its packages, before others of their names.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
# shellcheck source=tests/support/packages.sh
source tests/support/packages.sh
# shellcheck source=tests/support/debian.sh
source tests/support/debian.sh
# shellcheck source=tests/support/fast_disk.sh
source tests/support/fast_disk.sh
# shellcheck source=tests/vm/machine.sh
source tests/vm/machine.sh
# shellcheck source=tests/boot/machine.sh
source tests/boot/machine.sh
# shellcheck source=tests/pack/machine.sh
source tests/pack/machine.sh

all_lanes=(test asan tsan tidy vm boot pack)
lanes=()
extent=bounded
install=yes
passed=0
failed=0
skipped=0
summary=()

usage() {
    sed -n '2,24s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

while [[ $# -gt 0 ]]; do
    case $1 in
    --quick) lanes=(test) ;;
    --lane)
        if [[ " ${all_lanes[*]} " != *" ${2-} "* ]]; then
            echo "error: no lane '${2-}'; there are: ${all_lanes[*]}" >&2
            exit 2
        fi
        lanes+=("$2")
        shift
        ;;
    --full) extent=full ;;
    --no-install) install=no ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "error: unknown option '$1'" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done
if [[ ${#lanes[@]} -eq 0 ]]; then
    lanes=("${all_lanes[@]}")
fi

heading() {
    printf '\n=== %s\n' "$*"
}

# count PASSED FAILED SKIPPED
count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
}

# skip LANE WHY: no silent gap where everything is promised to run.
skip() {
    echo "SKIPPED: $1: $2"
    if [[ ${CI-} == true ]]; then
        count 0 1 0
    else
        count 0 0 1
    fi
}

# configure PRESET
configure() {
    cmake --preset "$1" >"build/$1.configure.log" 2>&1 || {
        cat "build/$1.configure.log"
        return 1
    }
}

# build PRESET [TARGET]: all of it, or what the target needs.
build() {
    local -a target=()
    [[ -z ${2-} ]] || target=(--target "$2")
    configure "$1" || return 1
    # Ninja takes two processes more than there are cores, and a sanitizer build needs 1 GiB each.
    cmake --build --preset "$1" "${target[@]}" -- --quiet -j "$(nproc)"
}

# run_ctest PRESET: adds up the cases inside the programs, which ctest does not see.
run_ctest() {
    local reports=$PWD/build/$1/reports log=build/$1/ctest.log status=0 counts
    rm -rf "$reports" "build/$1/junit.xml"
    mkdir -p "$reports"
    fast_disk_mount
    TMPDIR=${fast_disk:-${TMPDIR:-/tmp}} GTEST_OUTPUT="json:$reports/" INTACT_CASES_DIR=$reports \
        INTACT_EXTENT=$extent ctest --preset "$1" --output-junit "$PWD/build/$1/junit.xml" \
        >"$log" 2>&1 </dev/null || status=$?
    if [[ ! -f build/$1/junit.xml ]]; then
        cat "$log"
        return 1
    fi
    if [[ $status -ne 0 ]]; then
        cat "$log"
    else
        sed -n '/Test *#/p' "$log"
        sed -n 's/^.*tally: //p' "build/$1/Testing/Temporary/LastTest.log"
    fi
    counts=$(python3 -B tests/support/count_cases.py "build/$1/junit.xml" "$reports")
    tail -n +2 <<<"$counts"
    local -a figures
    read -r -a figures <<<"$(head -n 1 <<<"$counts")"
    if [[ ${CI-} == true ]]; then
        figures[1]=$((figures[1] + figures[2]))
        figures[2]=0
    fi
    count "${figures[@]}"
    if [[ $status -ne 0 && ${figures[1]} -eq 0 ]]; then
        count 0 1 0
    fi
}

# lane_of_preset PRESET [TARGET [THEN]]: builds that, runs the preset's tests, with THEN before them.
lane_of_preset() {
    if build "$1" "${2-}"; then
        "${3-true}"
        run_ctest "$1" || count 0 1 0
    else
        echo "FAILED: $1: the build"
        count 0 1 0
    fi
}

# needs PROGRAM LANE: whether the program is there; otherwise the lane is skipped.
needs() {
    command -v "$1" >/dev/null || {
        skip "$2" "no $1 here"
        return 1
    }
}

# The lanes beside it need its programs.
lane_test() { lane_of_preset dev "" begin_beside; }

lane_asan() {
    ! needs clang++-19 asan || lane_of_preset asan unit_tests
}

lane_tsan() {
    needs clang++-19 tsan || return 0
    # A kernel that spreads addresses more widely than ThreadSanitizer's shadow expects ends every
    # program at once ("unexpected memory mapping"), whatever it does.
    local probe
    probe=$(mktemp -d)
    echo 'int main() {}' >"$probe/probe.cpp"
    if ! { clang++-19 -fsanitize=thread "$probe/probe.cpp" -o "$probe/probe" && "$probe/probe"; } 2>/dev/null; then
        skip tsan "ThreadSanitizer's programs do not start on this kernel"
    else
        lane_of_preset tsan threaded_tests
    fi
    rm -rf "$probe"
}

# run_clang_tidy LOGS ARGUMENT... <FILES: each of the files, their names ended by NUL, is a case.
run_clang_tidy() {
    local logs=$1 file
    shift
    rm -rf "$logs"
    mkdir -p "$logs"
    # shellcheck disable=SC2016 # the inner shell expands it
    xargs -0 -P "$(nproc)" -I{} bash -c '
        log=$0/${1//\//_}.log
        clang-tidy-19 --quiet "${@:2}" "$1" >"$log" 2>&1 || mv "$log" "$log.failed"' \
        "$logs" {} "$@"
    for file in "$logs"/*.log; do
        [[ ! -e $file ]] || count 1 0 0
    done
    for file in "$logs"/*.log.failed; do
        [[ ! -e $file ]] && continue
        grep -v 'warnings generated\|warnings treated as errors' "$file" || true
        count 0 1 0
    done
}

lane_tidy() {
    ! needs clang-tidy-19 tidy || ! needs clang++-19 tidy || {
        configure clang || {
            count 0 1 0
            return 0
        }
        run_clang_tidy build/clang/tidy -p build/clang \
            < <(find build/clang/agent -name 'unity_*.cxx' -print0 | sort -z)
        # The gate itself: an ignored Result must be found, twice.
        if [[ $(clang-tidy-19 --quiet tests/gates/planted/ignored_result.cpp -- -std=c++20 -Iagent \
            2>&1 | grep -c 'error:.*bugprone-unused-return-value') -eq 2 ]]; then
            count 1 0 0
        else
            echo "FAILED: tidy: an ignored Result passes unseen"
            count 0 1 0
        fi
    }
}

# rows_of LOG COMMAND...: runs it with a log; each row that it prints is a case. Nothing is skipped
# where we have chosen what the machine can do.
rows_of() {
    local row status=0 before=$failed log=$1
    shift
    "$@" | tee "$log" || status=$?
    while read -r row; do
        case $row in
        PASSED:* | 'PASS '*) count 1 0 0 ;;
        FAILED:* | 'FAIL '* | 'SKIP '*) count 0 1 0 ;;
        esac
    done <"$log"
    [[ $status -eq 0 || $failed -gt $before ]] || count 0 1 0
}

# vm_job NAME LIMIT FILE... -- COMMAND...: runs it in the machine, with a log build/vm/NAME.log.
vm_job() {
    rows_of "$vm_dir/$1.log" vm_run "${@:2}"
}

lane_vm() {
    local why program every=12 reply_loss_every=20 budget=48 limit=1200
    local -a built=(build/dev/agent/intact build/dev/tests/vm/{powercut/powercut,reply_loss/reply_loss})
    why=$(vm_hindrance)
    if [[ -n $why ]]; then
        skip vm "$why"
        return 0
    fi
    if ! build dev vm_programs || ! vm_make_image "${built[@]}"; then
        echo "FAILED: vm: the programs or the image"
        count 0 1 0
        return 0
    fi
    if [[ $extent == full ]]; then
        every=1
        reply_loss_every=1
        budget=100000
        limit=14400
    fi
    # Without the words for a debugger they are a twentieth of their size.
    for program in "${built[@]}"; do
        strip -o "$vm_dir/${program##*/}" "$program"
    done
    vm_job filesystems "$limit" tests/e2e/{harness,mounts}.bash \
        tests/vm/{filesystems,lies}.bash tests/vm/filesystems.sh "$vm_dir"/{intact,reply_loss} -- \
        env INTACT=/root/job/intact REPLY_LOSS=/root/job/reply_loss SELFTEST_EVERY=$every \
        REPLY_LOSS_EVERY=$reply_loss_every bash filesystems.sh
    vm_job powercut "$limit" tests/vm/powercut.sh "$vm_dir/powercut" -- \
        bash powercut.sh ./powercut "$budget"
}

lane_boot() {
    local why
    why=$(boot_hindrance)
    if [[ -n $why ]]; then
        skip boot "$why"
    elif build dev boot_programs && boot_make_tar build/dev/agent/intact{,d}; then
        rows_of "$boot_dir/boot.log" boot_run build/dev tests/boot/{service,stopping,sandbox,journal,bus,secrets}.bash
    else
        echo "FAILED: boot: the programs or the root"
        count 0 1 0
    fi
}

lane_pack() {
    local why
    local -a suites=(tests/pack/{deb,rpm}.bash)
    [[ $extent != full ]] || suites+=(tests/pack/reproducible.bash)
    why=$(pack_hindrance)
    if [[ -n $why ]]; then
        skip pack "$why"
    elif pack_make_roots; then
        rows_of "$pack_dir/pack.log" pack_run "${suites[@]}"
        rows_of "$pack_dir/first_minutes.log" pack_first_minutes
    else
        echo "FAILED: pack: the roots"
        count 0 1 0
    fi
}

# run_lane LANE
run_lane() {
    local begun=$SECONDS
    local -a before=("$passed" "$failed" "$skipped")
    heading "$1"
    "lane_$1"
    summary+=("$(printf '%-6s %4d s  %5d passed %3d failed %3d skipped' "$1" $((SECONDS - begun)) \
        $((passed - before[0])) $((failed - before[1])) $((skipped - before[2])))")
}

building=()
waiting=()
for lane in "${all_lanes[@]}"; do
    [[ " ${lanes[*]} " == *" $lane "* ]] || continue
    case $lane in
    vm | boot | pack) waiting+=("$lane") ;;
    *) building+=("$lane") ;;
    esac
done
beside=""
trap '[[ -z $beside ]] || kill "$beside" 2>/dev/null || true; fast_disk_unmount' EXIT
beside_log=build/beside.log

# begin_beside: has those lanes that wait, for machines to boot and for servers that do not answer, run in
# a process of their own, where there are lanes that build to run meanwhile.
begin_beside() {
    local lane
    local -a words=(--no-install)
    [[ -z $beside && ${#building[@]} -gt 0 && ${#waiting[@]} -gt 0 ]] || return 0
    for lane in "${waiting[@]}"; do words+=(--lane "$lane"); done
    [[ $extent != full ]] || words+=(--full)
    bash tests/run.sh "${words[@]}" >"$beside_log" 2>&1 </dev/null &
    beside=$!
}

# end_beside: waits for them; their output and figures are part of ours.
end_beside() {
    local status=0 line
    wait "$beside" || status=$?
    beside=""
    sed '/^=== summary$/,$d' "$beside_log"
    while read -r line; do summary+=("$line"); done < <(sed '1,/^=== summary$/d; $d' "$beside_log")
    if [[ $(tail -n 1 "$beside_log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        count "${BASH_REMATCH[@]:1}"
        [[ $status -eq 0 || ${BASH_REMATCH[2]} -gt 0 ]] || count 0 1 0
    else
        echo "FAILED: ${waiting[*]}: they came to no end"
        count 0 1 0
    fi
}

mkdir -p build
if [[ $install == yes ]]; then
    heading "packages"
    groups=(build run test)
    for lane in "${lanes[@]}"; do
        case $lane in
        asan | tsan | tidy) groups+=(lint) ;;
        vm) groups+=(vm) ;;
        boot) groups+=(boot) ;;
        pack) groups+=(pack) ;;
        esac
    done
    install_packages "${groups[@]}"
fi

for lane in "${building[@]}"; do
    if [[ $lane != test ]]; then
        begin_beside
        # What compiles may have what the others leave of the processors.
        [[ -z $beside ]] || renice -n 10 -p $$ >/dev/null
    fi
    run_lane "$lane"
done
if [[ -n $beside ]]; then
    end_beside
else
    for lane in "${waiting[@]}"; do run_lane "$lane"; done
fi

heading "summary"
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
