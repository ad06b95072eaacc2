# ./dev bench: builds the server and the programs of bench/, then measures (bench/run.mjs).
set -eu
. scripts/lib.sh
usage="./dev bench [name...] [--quick] [--perf] [--preset P] [--rounds N] [--peers a,b] [--rate N]"

preset=release
peers=yes
expect=""
for flag in "$@"; do
  case "$expect" in
    preset) preset=$flag ;;
    peers) case "$flag" in *node*) ;; *) peers="" ;; esac ;;
  esac
  expect=""
  case "$flag" in
    -h | --help)
      cat <<TEXT
usage: $usage

  name      one or more of bench/benches/; without one most of them (bench/README.md)
  --quick   one round, shorter and less exact
  --perf    also leaves a profile of the server in build/bench/
  --preset  what is measured; figures of another preset than release say nothing
  --rounds  turns of server and peers, 5 or more for figures that are to be shown
  --peers   who takes turns: rookery, node, node-memory, floor-each, floor-gather, floor-uring
  --rate    no search for saturation: this many messages a second

The result is a table, build/bench/<name>.json and a picture.
TEXT
      exit 0
      ;;
    --preset | --peers | --rounds | --rate) expect=${flag#--} ;;
    --preset=*) preset=${flag#--preset=} ;;
    --quick | --perf | --rounds=* | --peers=* | --rate=*) ;;
    -*) wrong_usage "unknown flag '$flag'" "$usage" ;;
  esac
done
is_preset "$preset" || wrong_usage "there is no preset '$preset'" "$usage"

install_for build bench db
install_node
[ -z "$peers" ] || npm_packages bench/peers/node bench/peers/node-rest
case "$preset" in
  asan | tsan) shim="" ;; # cmake/tests.cmake says why
  *) shim=disk_shim ;;
esac
build "$preset" rookery bench_load bench_floor bench_micro bench_store $shim

say "node bench/run.mjs $*"
status=0
node bench/run.mjs "$@" || status=$?
if [ "$status" -ne 0 ]; then
  say "Not all of it could be measured (see above), $(elapsed "$started") in all"
  exit "$status"
fi
finish "Measured; the results lie in build/bench/"
