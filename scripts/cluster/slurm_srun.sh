#!/usr/bin/env bash
# A pretraining by srun, one rank for each GPU: sbatch --nodes 4 scripts/cluster/slurm_srun.sh CONFIG OUT
# Queued again after a time limit or a lost host it goes on from the newest checkpoint. OUT lies on a shared file system.
#SBATCH --job-name=cmgems
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@300
#SBATCH --requeue
set -euo pipefail
config=${1:?CONFIG: a configuration} out=${2:?OUT: the run folder}

# The network of the hosts' own names; an InfiniBand interface may be another one.
interface=${CMGEMS_INTERFACE:-}

# TERM reaches every rank five minutes before the limit: all save the same step and end with code 75. srun sets
# SLURM_PROCID and the like, from which each rank knows its place; a rank that fails takes the step with it.
code=0
srun --kill-on-bad-exit=1 cmgems pretrain --config "$config" --out "$out" --resume auto \
  ${interface:+--interface "$interface"} || code=$?
if [ "$code" = 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"
