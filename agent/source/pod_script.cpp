#include "source/pod_script.hpp"

#include "base/text.hpp"

#include <array>
#include <sys/random.h>

namespace intact::source {
namespace {

// It travels in the address of a request, whose length a proxy may limit: hence the short names.
//
// m is the mark; what follows are tar's arguments, of which only --exclude= may stand before -C.
// tee gives the data to kubectl and to two readers. It opens the readers' pipes by /proc, which
// needs no place to write to; only where that does not work, by FIFOs.
constexpr std::string_view kPack = R"sh(m=$1 w=; shift
say() { echo "$m $*" >&2; }
has() { command -v $1 >/dev/null 2>&1; }
has tar || { say no tar; exit 127; }
case $(tar --version 2>&1) in *'GNU tar'*) say tar gnu;; esac
[ "$1" = -C ] || tar --exclude=x -C / -cf - dev/null >/dev/null 2>&1 || {
say no exclude
while [ "$1" != -C ]; do shift; done; }
pack() { tar "$@"; say status $?; }
for p in tee wc sha256sum; do has $p || { say no $p; w=1; }; done
[ $w ] && { pack "$@"; exit 0; }
if [ "$(echo x | tee /proc/self/fd/5 2>/dev/null 5>&1 >/dev/null)" = x ]; then
exec 4>&1
{ { pack "$@" | tee /proc/self/fd/5 /proc/self/fd/6 5>&1 >&4; } |
{ s=$(sha256sum); say sha256 $s; }; } 6>&1 | { n=$(wc -c); say bytes $n; }
exit 0
fi
umask 077
for d in "$TMPDIR" /tmp /dev/shm /run /var/tmp; do
d=$d/$m; mkdir "$d" 2>/dev/null || continue
mkfifo "$d/s" "$d/n" 2>/dev/null && break
rm -r "$d"
done
[ -p "$d/n" ] || { say no fifo; pack "$@"; exit 0; }
trap 'rm -r "$d"' 0
trap 'exit 1' 1 2 15
{ s=$(sha256sum <"$d/s"); say sha256 $s; } &
{ n=$(wc -c <"$d/n"); say bytes $n; } &
pack "$@" | tee "$d/s" "$d/n"
wait
)sh";

// m is the mark, d the directory, f what must be free. A name that a pattern does not match stays
// the pattern, which is no name.
constexpr std::string_view kLook = R"sh(m=$1 d=$2 f=$3
say() { echo "$m $*" >&2; }
has() { command -v $1 >/dev/null 2>&1; }
there() { [ -e "$1" ] || [ -L "$1" ]; }
has tar || { say no tar; exit 1; }
if [ "$f" ]; then
[ -d "$f" ] || ! there "$f" || { say no room; exit 1; }
for n in "$f"/* "$f"/.[!.]* "$f"/..?*; do ! there "$n" || { say no room; exit 1; }; done
fi
[ -d "$d" ] || mkdir -p "$d"
cd "$d" || { say no target; exit 1; }
for p in tee wc sha256sum cat; do has $p || say no $p; done
[ "$(echo x | tee /proc/self/fd/5 2>/dev/null 5>&1 >/dev/null)" = x ] || say no fifo
say status 0
)sh";

// Without -p GNU tar takes its umask off the modes, where it is not root. What tar leaves unread is
// read to its end: for the readers, and so that it is not taken for lost.
constexpr std::string_view kUnpack = R"sh(m=$1 d=$2
say() { echo "$m $*" >&2; }
cd "$d" || exit 1
exec 3<&0
{ {
tee /proc/self/fd/5 /proc/self/fd/6 <&3 5>&1 >&4 4>&- | { s=$(sha256sum); say sha256 $s; }
} 4>&1 6>&7 | { tar -xpf -; s=$?; cat >/dev/null; say status $s; }
} 7>&1 | { n=$(wc -c); say bytes $n; }
)sh";

constexpr std::size_t kMarkBytes = 16;

} // namespace

std::vector<std::string> plain_tar(const config::KubernetesSource &source) {
    std::vector<std::string> argv{"tar"};
    for (const std::string &pattern : source.exclude) {
        argv.push_back("--exclude=" + pattern);
    }
    // "./" keeps a name that begins with '-' from being an option.
    const std::size_t name = source.path.find_first_not_of('/');
    argv.insert(argv.end(), {"-C", "/", "-cf", "-",
                             name == std::string::npos ? "." : "./" + source.path.substr(name)});
    return argv;
}

std::vector<std::string> marked_tar(const config::KubernetesSource &source, std::string_view mark) {
    std::vector<std::string> argv{"sh", "-c", std::string(kPack), "intact", std::string(mark)};
    const std::vector<std::string> tar = plain_tar(source);
    argv.insert(argv.end(), tar.begin() + 1, tar.end());
    return argv;
}

std::vector<std::string> marked_look(const PodTarget &target, std::string_view mark) {
    return {"sh",
            "-c",
            std::string(kLook),
            "intact",
            std::string(mark),
            target.directory,
            target.must_be_free};
}

std::vector<std::string> marked_untar(const PodTarget &target, std::string_view mark) {
    return {"sh", "-c", std::string(kUnpack), "intact", std::string(mark), target.directory};
}

std::vector<std::string> plain_untar(const PodTarget &target) {
    return {"tar", "-C", target.directory, "-xpf", "-"};
}

Result<std::string> make_mark() {
    std::array<char, kMarkBytes> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return fail(ErrorCode::out_of_resources, "the system gives no random bytes");
    }
    return "intact-" + to_hex({random.data(), random.size()});
}

} // namespace intact::source
