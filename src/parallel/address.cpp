#include "address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "cmgems/base/error.h"

namespace cmgems::parallel {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const std::string& host, int port, int kind) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = kind;
  const int problem = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (problem != 0) {
    throw IoError("the host " + host + " of rank 0 is not known (" + ::gai_strerror(problem) +
                  "): set MASTER_ADDR to a name or an address that every host reaches");
  }
  return {found, &::freeaddrinfo};
}

std::string text_of(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text.data();
}

[[noreturn]] void fail(const std::string& what) { throw IoError("cannot " + what + ": " + std::strerror(errno)); }

std::string address_of_interface(const std::string& name) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) fail("list the network interfaces");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  std::string known, address;
  for (const auto* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    known += (known.empty() ? "" : ", ") + std::string(one->ifa_name);
    if (name == one->ifa_name) address = text_of(one->ifa_addr, sizeof(sockaddr_in));
  }
  if (address.empty()) throw UsageError("no network interface " + name + " with an IPv4 address: there are " + known);
  return address;
}

/// The kernel's choice of a way; nothing is sent.
std::string address_towards(const std::string& master) {
  const auto target = resolve(master, 9, SOCK_DGRAM);
  const int descriptor = ::socket(target->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("open a socket");
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  const bool known = ::connect(descriptor, target->ai_addr, target->ai_addrlen) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &length) == 0;
  const int problem = errno;
  ::close(descriptor);
  errno = problem;
  if (!known) fail("find a way to " + master + ", rank 0's host");
  return text_of(reinterpret_cast<const sockaddr*>(&own), length);
}

}  // namespace

std::string own_address(const std::string& interface, const std::string& master) {
  return interface.empty() ? address_towards(master) : address_of_interface(interface);
}

int listen_at(const std::string& address, int& port) {
  const auto own = resolve(address, port, SOCK_STREAM);
  const int descriptor = ::socket(own->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("open a socket");
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(descriptor, own->ai_addr, own->ai_addrlen) != 0 || ::listen(descriptor, SOMAXCONN) != 0) {
    const int problem = errno;
    ::close(descriptor);
    errno = problem;
    fail("listen at " + address + ", port " + std::to_string(port));
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0) {
    port = ntohs(bound.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&bound)->sin_port
                                            : reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
  }
  return descriptor;
}

int connect_to(const std::string& address, int port) {
  const auto target = resolve(address, port, SOCK_STREAM);
  const int descriptor = ::socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || ::connect(descriptor, target->ai_addr, target->ai_addrlen) != 0) {
    const int problem = errno;
    if (descriptor >= 0) ::close(descriptor);
    errno = problem;
    fail("reach rank 0 at " + address + ", port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace cmgems::parallel
