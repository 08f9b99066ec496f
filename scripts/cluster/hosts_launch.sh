#!/usr/bin/env bash
# A pretraining on hosts that ssh reaches, without SLURM and without Python:
#   scripts/cluster/hosts_launch.sh RANKS_PER_HOST "node1 node2" CONFIG OUT
# cmgems is on the PATH of every host, and OUT on a file system that all of them have under the same path.
set -euo pipefail
ranks=${1:?RANKS_PER_HOST: one for each GPU} config=${3:?CONFIG: a configuration} out=${4:?OUT: the run folder}
read -ra hosts <<<"${2:?HOSTS: names, the first one has rank 0}"
port=${CMGEMS_PORT:-29500}

started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
for i in "${!hosts[@]}"; do
  # -tt: the ranks end with the connection.
  ssh -tt "${hosts[i]}" cmgems launch -n "$ranks" --hosts "${#hosts[@]}" --host "$i" --address "${hosts[0]}" \
    --port "$port" -- pretrain --config "$config" --out "$out" --resume auto </dev/null &
  started+=("$!")
done
code=0
for process in "${started[@]}"; do wait "$process" || code=$?; done
exit "$code"
