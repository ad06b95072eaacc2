# ./dev simulate: the layers below `api` in virtual time, under many seeds.
set -eu
. scripts/lib.sh
usage="./dev simulate [seeds] [--seed N] [--trace] [--planted]"

case "${1:-}" in
  -h | --help)
    echo "usage: $usage"
    echo "Runs that many worlds (10000), half of them on each of two cores, and says which seeds"
    echo "fail. --seed N repeats one, --trace tells it step by step; --planted counts how many"
    echo "seeds it takes to find each bug that was planted for the purpose (docs/simulation.md)."
    exit 0
    ;;
esac

install_for build
build_simulation
program=build/simulate/simulate
case "$*" in
  *--*)
    run "$program" "$@"
    ;;
  *)
    seeds=${1:-10000}
    case "$seeds" in *[!0-9]* | "") wrong_usage "'$seeds' is no number of seeds" "$usage" ;; esac
    half=$((seeds / 2))
    say "$program $((seeds - half)) --seed 1, and beside it $program $half --seed $((seeds - half + 1))"
    "$program" "$((seeds - half))" --seed 1 &
    other=$!
    status=0
    [ "$half" -eq 0 ] || "$program" "$half" --seed "$((seeds - half + 1))" || status=1
    wait "$other" || status=1
    [ "$status" -eq 0 ] || fail "a seed failed (see above)"
    ;;
esac
finish "Simulated"
