// Addresses of this host for the sockets of the ranks.
#pragma once

#include <string>

namespace cmgems::parallel {

/// The address of a network interface, or without one that from which this host reaches `master`: a loopback address
/// when that is this host by such a name. Throws: UsageError (no such interface), IoError.
std::string own_address(const std::string& interface, const std::string& master);

/// A socket that listens at `address`, port 0 = any. -> its descriptor; `port`: what it came to. Throws: IoError.
int listen_at(const std::string& address, int& port);

/// A connection. -> its descriptor. Throws: IoError.
int connect_to(const std::string& address, int port);

std::string host_name();

}  // namespace cmgems::parallel
