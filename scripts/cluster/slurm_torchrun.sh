#!/usr/bin/env bash
# A pretraining by torchrun on each host, which starts its ranks anew when one is lost:
#   sbatch --nodes 4 scripts/cluster/slurm_torchrun.sh CONFIG OUT
# torchrun comes with PyTorch; the ranks themselves have no Python. OUT lies on a shared file system.
#SBATCH --job-name=cmgems
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@300
set -euo pipefail
config=${1:?CONFIG: a configuration} out=${2:?OUT: the run folder}
restarts=${CMGEMS_RESTARTS:-3}
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)

srun torchrun --no-python --nnodes "$SLURM_JOB_NUM_NODES" --nproc-per-node 8 --max-restarts "$restarts" \
  --rdzv-id "$SLURM_JOB_ID" --rdzv-backend c10d --rdzv-endpoint "$first:29500" \
  cmgems pretrain --config "$config" --out "$out" --resume auto
