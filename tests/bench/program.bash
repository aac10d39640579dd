# shellcheck shell=bash
# The programs as users build them, for benchmarks that source this from the project's root.

# released NAME: builds all, and prints the path of the program.
released() {
    cmake --preset release >/dev/null
    cmake --build --preset release -- --quiet >&2
    echo "$PWD/build/release/agent/$1"
}

# refuse OPTION: one that nobody knows.
refuse() {
    echo "error: unknown option '$1'" >&2
    exit 2
}
