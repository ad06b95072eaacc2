# ./dev fuzz: libFuzzer on what takes bytes of strangers apart.
set -eu
. scripts/lib.sh
usage="./dev fuzz [seconds [target...]]"
targets="http websocket payload packet msgpack connection"

case "${1:-}" in
  -h | --help)
    echo "usage: $usage"
    echo "Runs each of: $targets"
    echo "for that many seconds (60), under Clang's address and undefined-behaviour sanitizers,"
    echo "from the corpus in tests/fuzz/corpus. What is found new is kept in build/fuzz/corpus, an"
    echo "input that breaks something in build/fuzz: run it again with build/fuzz/fuzz_TARGET FILE."
    exit 0
    ;;
esac

seconds=${1:-60}
case "$seconds" in *[!0-9]* | "") wrong_usage "'$seconds' is no number of seconds" "$usage" ;; esac
[ $# -eq 0 ] || shift
for name in ${*:-$targets}; do
  case " $targets " in *" $name "*) ;; *) wrong_usage "there is no target '$name'" "$usage" ;; esac
done

install_for build clang fuzz
run cmake --preset fuzz
run cmake --build build/fuzz --target fuzzers
for name in ${*:-$targets}; do
  mkdir -p "build/fuzz/corpus/$name"
  run "build/fuzz/fuzz_$name" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" \
    -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=1024 -timeout=10 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/$name-" ||
    fail "$name found something (see above)"
done
finish "Nothing found"
