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
constexpr std::string_view kScript = R"sh(m=$1 w=; shift
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
    std::vector<std::string> argv{"sh", "-c", std::string(kScript), "intact", std::string(mark)};
    const std::vector<std::string> tar = plain_tar(source);
    argv.insert(argv.end(), tar.begin() + 1, tar.end());
    return argv;
}

Result<std::string> make_mark() {
    std::array<char, kMarkBytes> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return fail(ErrorCode::out_of_resources, "the system gives no random bytes");
    }
    return "intact-" + to_hex({random.data(), random.size()});
}

} // namespace intact::source
