# LibTorch, the environment of the tests and the tools: virtual environments in the user's cache, shared by all clones.
# Sourced by scripts/setup.
# shellcheck shell=bash

torch_version=2.11.0
cpu_packages=("torch==$torch_version" "nvidia-cuda-cupti==13.0.*" "nvidia-cuda-runtime==13.0.*")
full_packages=("torch==$torch_version" numpy)
peer_packages=("${full_packages[@]}" "transformers==5.*" scikit-learn scipy safetensors "tensorboard==2.*")
tool_packages=(clang-format==18.1.8 clang-tidy==18.1.8)
cpu_environment=$cache/libtorch-$torch_version-cpu
full_environment=$cache/libtorch-$torch_version-cuda
tools_environment=$cache/tools

# is_libtorch FOLDER [VERSION]
is_libtorch() {
  [ -e "$1/include/torch/csrc/api/include/torch/torch.h" ] && [ -e "$1/lib/libtorch_cpu.so" ] &&
    { [ -z "${2:-}" ] || grep -qs "^__version__ = '$2[+']" "$1/version.py"; }
}

# The LibTorch of a virtual environment of ours, unless its installation was interrupted.
libtorch_of() {
  local folder
  for folder in "$1"/lib/python3.*/site-packages/torch; do
    if [ ! -e "$1/.incomplete" ] && is_libtorch "$folder" "$torch_version"; then
      echo "$folder"
      return
    fi
  done
  return 1
}

importable_torch() {
  local folder
  folder=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null)
  is_libtorch "$folder" "$torch_version" && echo "$folder"
}

print_torch_root() {
  if [ -n "${CMGEMS_TORCH_ROOT:-}" ]; then
    is_libtorch "$CMGEMS_TORCH_ROOT" || fail "CMGEMS_TORCH_ROOT=$CMGEMS_TORCH_ROOT is no LibTorch (include/ and lib/)."
    echo "$CMGEMS_TORCH_ROOT"
  else
    libtorch_of "$full_environment" || libtorch_of "$cpu_environment" || importable_torch
  fi
}

# make_environment FOLDER PIP-ARGUMENTS...: in place, because a virtual environment cannot be moved. The marker goes
# last, so that an interrupted one is started over.
make_environment() {
  local folder=$1
  shift
  if [ -e "$folder" ]; then mv "$folder" "$folder.old.$$"; fi # a half-removed one must not look whole
  rm -rf "$folder".old.*
  mkdir -p "$folder"
  touch "$folder/.incomplete"
  python3 -m venv "$folder"
  add_to_environment "$folder" "$@"
  rm "$folder/.incomplete"
}

add_to_environment() {
  local folder=$1
  shift
  "$folder/bin/python" -m pip --disable-pip-version-check --no-input --no-cache-dir \
    install --quiet --quiet --progress-bar off "$@" ||
    fail "pip could not install: $* (network, disk space, or no build for $("$folder/bin/python" --version))."
}

has_nvidia() { command -v nvcc >/dev/null || [ -e /usr/local/cuda/bin/nvcc ] || [ -e /proc/driver/nvidia/version ]; }

install_torch() {
  local root
  if [ -n "${CMGEMS_TORCH_ROOT:-}" ] || print_torch_root >/dev/null; then
    root=$(print_torch_root)
    say "LibTorch is there: $root"
  elif [ "$peers" = 1 ] || has_nvidia; then
    say "Installing LibTorch $torch_version with CUDA (about 5 GB) into $full_environment"
    make_environment "$full_environment" "${full_packages[@]}"
  else
    say "Installing LibTorch $torch_version without CUDA (about 1.3 GB) into $cpu_environment"
    make_environment "$cpu_environment" --no-deps "${cpu_packages[@]}"
  fi
  print_torch_root >/dev/null || fail "the LibTorch just installed is not usable; remove $cache and run this again."
}

is_test_python() {
  "$1" -c 'import importlib.util as u, sys
names = "torch", "numpy", "transformers", "sklearn", "scipy", "safetensors", "tensorboard"
sys.exit(not all(map(u.find_spec, names)))' 2>/dev/null
}

print_test_python() {
  local python
  for python in "$full_environment/bin/python" "$(command -v python3)"; do
    if is_test_python "$python" && [ ! -e "${python%/bin/*}/.incomplete" ]; then
      echo "$python"
      return
    fi
  done
  return 1
}

install_peers() {
  if print_test_python >/dev/null; then
    say "The Python environment of the tests is there: $(print_test_python)"
    return
  fi
  say "Installing the Python environment of the tests into $full_environment"
  if libtorch_of "$full_environment" >/dev/null; then
    add_to_environment "$full_environment" "${peer_packages[@]}"
  else
    make_environment "$full_environment" "${peer_packages[@]}"
  fi
}

print_tools() {
  if [ -e "$tools_environment/.incomplete" ]; then return 1; fi
  [ "$(cat "$tools_environment/versions" 2>/dev/null)" = "${tool_packages[*]}" ] && echo "$tools_environment/bin"
}

install_tools() {
  if print_tools >/dev/null; then
    say "The tools are there: $(print_tools)"
    return
  fi
  say "Installing ${tool_packages[*]} into $tools_environment"
  make_environment "$tools_environment" "${tool_packages[@]}"
  echo "${tool_packages[*]}" >"$tools_environment/versions"
}
