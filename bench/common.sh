# What the scripts of this folder share. Everything runs on loopback, on ports that the system chose, and is gone at the end.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
published="$root/bench/bin/published"
work=$(mktemp -d)
pids=()

cleanup() {
  for pid in "${pids[@]:-}"; do [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap cleanup EXIT

say() { printf '%s\n' "$*" >&2; }

build() { # as docs/OPERATIONS.md says that a node is published
  say "building (Release, published for this machine) …"
  rid=$(dotnet --info | awk '/RID:/ { print $2; exit }')
  for project in src/Host bench/Peers bench/Report "$@"; do
    dotnet publish "$root/$project" -c Release -r "$rid" --self-contained false -o "$published/$project" -v q -nologo -clp:ErrorsOnly >&2
  done
  pbkv="$published/src/Host/pbkv"
  peers="$published/bench/Peers/peers"
  report="$published/bench/Report/report"
}

free_port() { python3 - <<'P' 2>/dev/null || shuf -i 20000-45000 -n 1
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
P
}

wait_for() { # wait_for SECONDS COMMAND…
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { say "gave up waiting for: $*"; return 1; }
    sleep 0.1
  done
}

have() { command -v "$1" >/dev/null; }

start() { # start NAME COMMAND… : in the background, its output in a file
  local name=$1; shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  pids+=($!)
  started=$!
}

start_redis() { # a master and one replica; sets $redis
  redis=$(free_port); local replica; replica=$(free_port)
  mkdir -p "$work/redis1" "$work/redis2"
  local quiet=(--save "" --appendonly no --daemonize no --bind 127.0.0.1)
  start redis1 redis-server --port "$redis" --dir "$work/redis1" "${quiet[@]}" --repl-diskless-sync-delay 0
  start redis2 redis-server --port "$replica" --dir "$work/redis2" "${quiet[@]}" --replicaof 127.0.0.1 "$redis"
  redis_replica=$replica
  wait_for 20 sh -c "redis-cli -p $replica info replication | grep -q master_link_status:up"
}

start_etcd() { # three nodes; sets $etcd to one that takes clients
  local peers_list="" i c p; local -a cports=() pports=()
  for i in 1 2 3; do cports[i]=$(free_port); pports[i]=$(free_port); peers_list+="${peers_list:+,}n$i=http://127.0.0.1:${pports[i]}"; done
  for i in 1 2 3; do
    c=http://127.0.0.1:${cports[i]}; p=http://127.0.0.1:${pports[i]}
    start "etcd$i" etcd --name "n$i" --data-dir "$work/etcd$i" --listen-client-urls "$c" --advertise-client-urls "$c" \
      --listen-peer-urls "$p" --initial-advertise-peer-urls "$p" --initial-cluster "$peers_list" --initial-cluster-state new
  done
  etcd=${cports[1]}
  wait_for 30 env ETCDCTL_API=3 etcdctl --endpoints "http://127.0.0.1:$etcd" put ready yes
}

start_pbkv() { # a view service, a primary, a backup, each a process; sets $view
  local port; port=$(free_port)
  view=127.0.0.1:$port
  start view "$pbkv" view --port "$port"
  start replica1 "$pbkv" replica --view "$view"
  start replica2 "$pbkv" replica --view "$view"
  wait_for 30 sh -c "'$pbkv' status --view $view --json | grep -Eq '\"synced\": ?true'"
}

versions() { # the lines that say on what this was measured
  echo "# Date: $(date -u +%Y-%m-%d)"
  echo "# Machine: $(nproc) cores, $(awk '/model name/ {sub(/.*: /, ""); print; exit}' /proc/cpuinfo), Linux $(uname -r | cut -d- -f1)"
  echo "# PbKv $(git -C "$root" rev-parse --short HEAD), .NET $(dotnet --version)"
  have redis-server && echo "# Redis $(redis-server --version | sed -E 's/.*v=([^ ]+).*/\1/'), one replica, no persistence" || true
  have etcd && echo "# etcd $(etcd --version | head -1 | sed 's/.*: //'), three nodes; etcd syncs its log to disk before it answers, PbKv and Redis here do not" || true
}
