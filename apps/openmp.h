// How LibTorch's threads wait for each other.
#pragma once

namespace cmgems::apps {

/// libgomp's threads spin while they wait, for up to milliseconds. On a machine that does other work too, the spinning
/// thread takes the core that the one it waits for would need, and training all but stops. Here they spin for
/// microseconds, then sleep. libgomp reads the setting when it is loaded, so the program starts itself anew, once, with
/// it in the environment; OMP_WAIT_POLICY or GOMP_SPINCOUNT of the user's own are left alone.
void settle_openmp(char** argv);

}  // namespace cmgems::apps
