// Two hosts: ranks in network namespaces of their own, joined by a cable.
#include "ranks.h"

using namespace cmgems::test;

TEST_CASE("ranks of two hosts find each other over an interface", "[ranks]") {
  const Program program;
  const auto made = program.shell(
      "[ $(id -u) = 0 ] || { echo 'this takes root'; exit 1; }; command -v ip >/dev/null || { echo 'there is no ip'; "
      "exit 1; }; a=cm$$a; b=cm$$b; ip netns add $a 2>&1 && ip netns add $b 2>&1 && ip link add ve$$a netns $a type "
      "veth peer name ve$$b netns $b 2>&1 && ip -n $a addr add 10.83.9.1/24 dev ve$$a 2>&1 && ip -n $b addr add "
      "10.83.9.2/24 dev ve$$b 2>&1 && ip -n $a link set ve$$a up && ip -n $b link set ve$$b up && ip -n $a link set lo "
      "up && ip -n $b link set lo up && echo $$ >number || { ip netns del $a; ip netns del $b; exit 1; }");
  if (made.code != 0) CMGEMS_SKIP("no network namespaces can be made here: " + made.out.substr(0, made.out.find('\n')));
  const auto rank = [&](const std::string& name, const std::string& number) {
    return "ip netns exec cm${n}" + name + " env -u CMGEMS_DATA RANK=" + number +
           " WORLD_SIZE=2 LOCAL_WORLD_SIZE=1 LOCAL_RANK=0 MASTER_ADDR=10.83.9.1 MASTER_PORT=29511 '" +
           std::string(CMGEMS_PROGRAM) + "' " + tiny("run") + "--interface ve${n}" + name;
  };
  const auto trained = program.shell("n=$(cat number); " + rank("b", "1") + " & p=$!; " + rank("a", "0") +
                                     "; code=$?; wait $p || code=$?; ip netns del cm${n}a; ip netns del cm${n}b; exit "
                                     "$code");
  INFO(trained.err);
  CHECK(trained.code == 0);
  REQUIRE(program.run("launch -n 2 -- " + tiny("launched")).code == 0);
  CHECK(program.read("run/model/model.safetensors") == program.read("launched/model/model.safetensors"));
}
