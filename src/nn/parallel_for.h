// at::parallel_for for this library's loops. It is a template: where the compiler does not know OpenMP it runs on one
// thread and says nothing.
#pragma once

#include <ATen/Parallel.h>

#ifndef INTRA_OP_PARALLEL
#error "compile this with OpenMP (-fopenmp): at::parallel_for would otherwise run on one thread"
#endif
