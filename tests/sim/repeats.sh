# A seed tells the same story in every process, alone or after others: repeats.sh PROGRAM
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" 60 --trace >"$folder/first"
"$program" 60 --trace >"$folder/second"
cmp "$folder/first" "$folder/second"

# The last of them alone; its own closing line is left out.
"$program" --seed 60 --trace | sed '$d' >"$folder/alone"
[ -s "$folder/alone" ]
sed '$d' "$folder/first" | tail -n "$(wc -l <"$folder/alone")" | cmp - "$folder/alone"
