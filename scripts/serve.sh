# ./dev serve: the release build on ./data, with a first log-in made on the first run.
set -eu
. scripts/lib.sh
usage="./dev serve [-- flags of the server]"

case "${1:-}" in
  "") ;;
  -h | --help)
    echo "usage: $usage"
    echo "The flags: build/release/rookery serve --help"
    exit 0
    ;;
  --) shift ;;
  *) wrong_usage "unknown argument '$1'" "$usage" ;;
esac

# The first log-in has to be made in the store that the server will open.
data=./data
listen=127.0.0.1:3000
own_store=""
expect=""
for flag in "$@"; do
  case "$expect" in
    --data) data=$flag ;;
    --listen) listen=$flag ;;
  esac
  expect=""
  case "$flag" in
    --data | --listen) expect=$flag ;;
    --data=*) data=${flag#*=} ;;
    --listen=*) listen=${flag#*=} ;;
    --store | --store=* | --config | --config=*) own_store=yes ;;
  esac
done

install_for build
build release rookery

program=build/release/rookery
if [ -n "$own_store" ]; then
  login="The store is one of your own; a user in it: $program user add --help"
elif [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
  login="$data exists, and so do its users (demo, if ./dev made it)"
else
  password=$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')
  "$program" user add --data "$data" \
    --username demo --email demo@example.org --password "$password" >/dev/null
  login="Sign in as demo (demo@example.org) with the password $password (shown only this once)"
fi

finish "Ready"
case "$listen" in
  *:0) say "The address is in the line 'listening on' below; Ctrl-C stops the server" ;;
  *) say "Open http://$listen in a browser; Ctrl-C stops the server" ;;
esac
say "$login"
exec "$program" serve "$@"
