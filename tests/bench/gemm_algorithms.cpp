// The matrix products of a training step under each algorithm that cuBLASLt proposes for them, and what the choice is
// worth: its first proposal, which stands for what LibTorch gets from cuBLAS, beside the best one. Needs a GPU; exits
// 69 without.
//   gemm_algorithms [TOKENS]     rows of a micro-batch (default 65536); 15% of them are masked
// bf16 in and out, sums in fp32. Not a test: build and run `gemm_algorithms` by hand, or by scripts/gpu-check.
#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kProposals = 16, kRepeats = 20;
constexpr std::size_t kWorkspace = std::size_t{32} << 20;  // LibTorch's on this generation of GPUs
constexpr double kMaskedShare = 0.15;
constexpr int kNoGpu = 69;

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(status));
}
void check(cublasStatus_t status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string(what) + ": " + cublasLtGetStatusString(status));
}

/// Device memory.
class Memory {
 public:
  explicit Memory(std::size_t bytes) { check(cudaMalloc(&data_, bytes), "cudaMalloc"); }
  ~Memory() { cudaFree(data_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  void* get() const { return data_; }

 private:
  void* data_ = nullptr;
};

/// A linear layer y [R, out] = x [R, in] W^T with W [out, in].
struct Layer {
  const char* name;
  std::int64_t in, out;
  bool masked;
};
// A vocabulary with an odd number of words leaves rows of scores unaligned; the padded one shows what that costs.
constexpr Layer kLayers[] = {{"DNABERT attention", 768, 768, false}, {"DNABERT up", 768, 3072, false},
                             {"DNABERT down", 3072, 768, false},     {"DNABERT vocabulary", 768, 4101, true},
                             {"DNABERT padded", 768, 4104, true},    {"LOGO attention", 256, 256, false},
                             {"LOGO up", 256, 3072, false},          {"LOGO down", 3072, 256, false},
                             {"LOGO vocabulary", 256, 4101, true},   {"LOGO padded", 256, 4104, true}};

/// What cuBLASLt, which knows matrices by columns, is asked for: c [m, n] = op(a) op(b), inner size k.
struct Product {
  const char* name;
  std::int64_t m, n, k;
  bool transpose_a, transpose_b;
  double flops() const { return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k); }
};

// By columns, a matrix that lies by rows is its own transpose: x is [in, R], y [out, R], W [in, out].
std::vector<Product> products_of(const Layer& layer, std::int64_t rows) {
  return {{"forward", layer.out, rows, layer.in, true, false},           // y = W^T x
          {"input gradient", layer.in, rows, layer.out, false, false},   // dx = W dy
          {"weight gradient", layer.in, layer.out, rows, false, true}};  // dW = x dy^T
}

class Layout {
 public:
  Layout(std::int64_t rows, std::int64_t columns) {
    check(cublasLtMatrixLayoutCreate(&layout_, CUDA_R_16BF, static_cast<std::uint64_t>(rows),
                                     static_cast<std::uint64_t>(columns), rows),
          "cublasLtMatrixLayoutCreate");
  }
  ~Layout() { cublasLtMatrixLayoutDestroy(layout_); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  cublasLtMatrixLayout_t get() const { return layout_; }

 private:
  cublasLtMatrixLayout_t layout_ = nullptr;
};

struct Measured {
  std::size_t proposals = 0, best = 0;  // best: its rank among the proposals
  double first_seconds = 0, best_seconds = 0;
};

class Bench {
 public:
  explicit Bench(std::int64_t rows) : rows_(rows), workspace_(kWorkspace) {
    check(cublasLtCreate(&handle_), "cublasLtCreate");
    check(cudaEventCreate(&begin_), "cudaEventCreate");
    check(cudaEventCreate(&end_), "cudaEventCreate");
  }
  ~Bench() {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
    cublasLtDestroy(handle_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Measured measure(const Product& p) {
    const Layout a(p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k),
        b(p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n), c(p.m, p.n);
    const auto bytes = [](std::int64_t x, std::int64_t y) { return static_cast<std::size_t>(x * y) * 2; };
    const Memory a_data(bytes(p.m, p.k)), b_data(bytes(p.k, p.n)), c_data(bytes(p.m, p.n));
    fill(a_data.get(), bytes(p.m, p.k));
    fill(b_data.get(), bytes(p.k, p.n));

    cublasLtMatmulDesc_t operation = nullptr;
    check(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescCreate");
    const auto transposed = [&](cublasLtMatmulDescAttributes_t which, bool on) {
      const cublasOperation_t value = on ? CUBLAS_OP_T : CUBLAS_OP_N;
      check(cublasLtMatmulDescSetAttribute(operation, which, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
    };
    transposed(CUBLASLT_MATMUL_DESC_TRANSA, p.transpose_a);
    transposed(CUBLASLT_MATMUL_DESC_TRANSB, p.transpose_b);

    const auto proposals = proposals_for(operation, a, b, c);
    Measured result{proposals.size()};
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      const auto launch = [&] {
        const float one = 1, zero = 0;
        return cublasLtMatmul(handle_, operation, &one, a_data.get(), a.get(), b_data.get(), b.get(), &zero,
                              c_data.get(), c.get(), c_data.get(), c.get(), &proposals[i].algo, workspace_.get(),
                              kWorkspace, /*stream=*/nullptr);
      };
      if (launch() != CUBLAS_STATUS_SUCCESS) continue;  // proposed, and refused all the same
      const double seconds = seconds_of(launch);
      if (result.first_seconds == 0) result.first_seconds = result.best_seconds = seconds, result.best = i;
      if (seconds < result.best_seconds) result.best_seconds = seconds, result.best = i;
    }
    cublasLtMatmulDescDestroy(operation);
    return result;
  }

  std::int64_t rows(bool masked) const {
    return masked ? static_cast<std::int64_t>(kMaskedShare * static_cast<double>(rows_)) : rows_;
  }

 private:
  std::vector<cublasLtMatmulHeuristicResult_t> proposals_for(cublasLtMatmulDesc_t operation, const Layout& a,
                                                             const Layout& b, const Layout& c) {
    cublasLtMatmulPreference_t preference = nullptr;
    check(cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate");
    check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspace,
                                               sizeof kWorkspace),
          "cublasLtMatmulPreferenceSetAttribute");
    std::vector<cublasLtMatmulHeuristicResult_t> proposals(kProposals);
    int found = 0;
    const auto status = cublasLtMatmulAlgoGetHeuristic(handle_, operation, a.get(), b.get(), c.get(), c.get(),
                                                       preference, kProposals, proposals.data(), &found);
    cublasLtMatmulPreferenceDestroy(preference);
    if (status == CUBLAS_STATUS_NOT_SUPPORTED) return {};
    check(status, "cublasLtMatmulAlgoGetHeuristic");
    proposals.resize(static_cast<std::size_t>(found));
    std::erase_if(proposals, [](const auto& proposal) { return proposal.state != CUBLAS_STATUS_SUCCESS; });
    return proposals;
  }

  /// Random bf16 numbers of [-1, 1): equal ones would save power and flatter the rate.
  static void fill(void* data, std::size_t bytes) {
    static const std::vector<std::uint16_t> numbers = [] {
      std::vector<std::uint16_t> list(std::size_t{1} << 20);
      std::mt19937 random(1);
      std::uniform_real_distribution<float> range(-1, 1);
      for (auto& number : list) number = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(range(random)) >> 16);
      return list;
    }();
    for (std::size_t at = 0; at < bytes; at += 2 * numbers.size()) {
      check(cudaMemcpy(static_cast<char*>(data) + at, numbers.data(), std::min(bytes - at, 2 * numbers.size()),
                       cudaMemcpyHostToDevice),
            "cudaMemcpy");
    }
  }

  template <class Launch>
  double seconds_of(Launch launch) {
    check(launch(), "cublasLtMatmul");
    check(cudaEventRecord(begin_), "cudaEventRecord");
    for (int i = 0; i < kRepeats; ++i) check(launch(), "cublasLtMatmul");
    check(cudaEventRecord(end_), "cudaEventRecord");
    check(cudaEventSynchronize(end_), "cudaEventSynchronize");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin_, end_), "cudaEventElapsedTime");
    return milliseconds * 1e-3 / kRepeats;
  }

  std::int64_t rows_;
  Memory workspace_;
  cublasLtHandle_t handle_ = nullptr;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

void run(std::int64_t tokens) {
  Bench bench(tokens);
  std::printf("%-20s %-16s %7s %7s %7s  %9s %9s %6s  %s\n", "", "", "m", "n", "k", "first", "best", "ratio",
              "rank of the best (TFLOP/s)");
  double first = 0, best = 0;
  for (const auto& layer : kLayers) {
    for (const auto& product : products_of(layer, bench.rows(layer.masked))) {
      const auto measured = bench.measure(product);
      if (measured.first_seconds == 0) {
        std::printf("%-20s %-16s cuBLASLt has no algorithm for it\n", layer.name, product.name);
        continue;
      }
      first += measured.first_seconds;
      best += measured.best_seconds;
      std::printf("%-20s %-16s %7ld %7ld %7ld  %9.1f %9.1f %6.2f  %zu of %zu\n", layer.name, product.name,
                  static_cast<long>(product.m), static_cast<long>(product.n), static_cast<long>(product.k),
                  product.flops() / measured.first_seconds * 1e-12, product.flops() / measured.best_seconds * 1e-12,
                  measured.first_seconds / measured.best_seconds, measured.best + 1, measured.proposals);
    }
  }
  std::printf("all: %.3f ms with the first proposals, %.3f ms with the best\n", 1e3 * first, 1e3 * best);
}

}  // namespace

int main(int count, char** arguments) {
  std::int64_t tokens = 65536;
  if (count > 1) {
    const std::string_view text = arguments[1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tokens);
    if (count > 2 || error != std::errc() || end != text.data() + text.size() || tokens < 64) {
      std::fprintf(stderr, "usage: gemm_algorithms [TOKENS], 64 or more\n");
      return 64;
    }
  }
  int devices = 0;
  if (const auto status = cudaGetDeviceCount(&devices); status != cudaSuccess || devices == 0) {
    std::fprintf(stderr, "gemm_algorithms: there is no GPU to measure (%s)\n", cudaGetErrorString(status));
    return kNoGpu;
  }
  try {
    run(tokens);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gemm_algorithms: %s\n", error.what());
    return 1;
  }
}
