# ./dev torture: the real server under kill -9, failing disks and a failing database.
set -eu
. scripts/lib.sh
usage="./dev torture [minutes] [--only KIND...] [--seed N] [--play MS]"

case "${1:-}" in
  -h | --help)
    echo "usage: $usage"
    echo "Starts a real server again and again, each time with another kind of trouble, for that"
    echo "many minutes (10), and judges what its clients were told (docs/torture.md). A round that"
    echo "breaks a promise leaves its store, the server's log and a trace of its clients."
    exit 0
    ;;
esac

minutes=10
case "${1:-}" in
  "" | -*) ;;
  *[!0-9.]*) wrong_usage "'$1' is no number of minutes" "$usage" ;;
  *)
    minutes=$1
    shift
    ;;
esac

install_for build db
build release torture
run build/release/torture "$minutes" --server build/release/rookery \
  --shim build/release/disk_shim.so "$@" || fail "a promise was broken (see above)"
finish "Tortured"
