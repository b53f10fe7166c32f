#include "tools/demonstration.h"

#include <cstdio>

namespace haechi::tools {
namespace {

void add_demo(CLI::App& app, DemoOptions& options) {
  CLI::App* demo = app.add_subcommand("demo", "Play the Namyangju morning on a living town");
  demo->add_flag("--once", options.once, "End after the morning, with one summary line");
  demo->add_option("--seed", options.seed, "Of the town");
  demo->add_option("--data", options.data, "Data directory; left out: a new one, removed at the end");
  demo->add_option("--port", options.port, "Of pages and API; left out: any free one");
  demo->add_option("--static", options.static_files, "Directory of pages");
}

void add_cad(CLI::App& app, CadOptions& options, std::string& behaviour) {
  CLI::App* cad = app.add_subcommand("cad", "Play an outside CAD, well-behaved or not");
  cad->add_option("--port", options.port, "0: any free one");
  cad->add_option("--haechi", options.haechi, "http(s)://host:port of the server")->required();
  cad->add_option("--agency", options.agency, "Its agency id")->required();
  cad->add_option("--key-id", options.key_id, "Left out: the agency id");
  cad->add_option("--secret", options.secret, "Shared with the server")->required();
  cad->add_option("--behaviour", behaviour, "normal, slow, reject, lie or die");
  cad->add_option("--delay-ms", options.delay_ms, "Of slow");
  cad->add_option("--step-ms", options.step_ms, "Between two steps of a call");
  cad->add_option("--close-after-ms", options.close_after_ms, "After arrival; 0: never");
  CLI::Option* certificate =
      cad->add_option("--certificate", options.certificate, "PEM file: listens under TLS");
  CLI::Option* key = cad->add_option("--key", options.key, "PEM file of its key");
  certificate->needs(key);
  key->needs(certificate);
  cad->add_option("--ca", options.ca, "PEM file of whom https:// believes; left out: the system's");
  cad->add_flag("--print", options.print, "One line per message");
}

}  // namespace

Demonstration::Demonstration(CLI::App& app, CLI::App& serve, std::string& keys_file) : app_(app) {
  add_demo(app, demo_);
  add_cad(app, cad_, behaviour_);
  serve.add_option("--demo-keys", keys_file,
                   "Write one key per role there and open the key route; loopback addresses only");
}

std::optional<int> Demonstration::run() {
  if (app_.got_subcommand("demo")) return run_demo(demo_);
  if (app_.got_subcommand("cad")) return run_outside_cad();
  return std::nullopt;
}

int Demonstration::run_outside_cad() {
  const auto behaviour = read_cad_behaviour(behaviour_);
  if (!behaviour.ok()) return std::fprintf(stderr, "haechi: %s\n", behaviour.error().text().c_str()), 2;
  cad_.behaviour = *behaviour;
  return run_cad(cad_);
}

}  // namespace haechi::tools
