#!/usr/bin/env bash
# This checkout's puts beside those of another build (of an earlier commit, say), interleaved, as medians and their ratio.
#   bench/versus.sh PBKV [ROUNDS] [SECONDS] [WARMUP]     PBKV is the other build's program
source "$(dirname "$0")/common.sh"
other=${1:?name the program of the other build} rounds=${2:-5} seconds=${3:-4} warmup=${4:-3}
shapes=(${SHAPES:-1x1 1x64 1x256 64x64}) # clients x callers; s64x64: the clients share an ActorSystem

build
cluster() { # cluster NAME PROGRAM: sets ${NAME}_view
  local name=$1 program=$2 port; port=$(free_port)
  start "$name-view" "$program" view --port "$port"
  start "$name-r1" "$program" replica --view "127.0.0.1:$port"
  start "$name-r2" "$program" replica --view "127.0.0.1:$port"
  wait_for 30 sh -c "'$program' status --view 127.0.0.1:$port --json | grep -Eq '\"synced\": ?true'"
  printf -v "${name}_view" %s "127.0.0.1:$port"
}
cluster this "$pbkv"
cluster that "$other"

one() { # one PROGRAM VIEW SHAPE: "ops p50"
  local shape=${3#s}; local -a shared=(); [ "$shape" = "$3" ] || shared=(--shared)
  "$1" bench --view "$2" --json --op put --seconds "$seconds" --warmup "$warmup" --clients "${shape%x*}" --callers "${shape#*x}" "${shared[@]}" 2>/dev/null | tail -n 1 |
    sed -E 's/.*"opsPerSecond": ?([0-9.]+).*"p50us": ?([0-9.]+).*/\1 \2/'
}
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

for round in $(seq "$rounds"); do
  for shape in "${shapes[@]}"; do
    one "$pbkv" "$this_view" "$shape" >>"$work/this-$shape"
    one "$other" "$that_view" "$shape" >>"$work/that-$shape"
  done
done
echo "| clients x callers | this, ops/s | other, ops/s | ratio | this, p50 µs | other, p50 µs | ratio |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
for shape in "${shapes[@]}"; do
  a=$(cut -d' ' -f1 "$work/this-$shape" | median) b=$(cut -d' ' -f1 "$work/that-$shape" | median)
  c=$(cut -d' ' -f2 "$work/this-$shape" | median) d=$(cut -d' ' -f2 "$work/that-$shape" | median)
  awk -v s="$shape" -v a="$a" -v b="$b" -v c="$c" -v d="$d" 'BEGIN { printf "| %s | %.0f | %.0f | %.2f | %.0f | %.0f | %.2f |\n", s, a, b, a / b, c, d, c / d }'
done
