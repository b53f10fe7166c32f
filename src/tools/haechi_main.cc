// The program `haechi`: one subcommand for each thing one does with it. The same without what production does
// not need (HAECHI_DEMONSTRATION) is `haechi-node`.
#include <CLI/CLI.hpp>
#include <cstdio>

#include <spdlog/spdlog.h>

#include "api/openapi.h"
#include "node/node.h"
#include "tools/bundle.h"
#include "tools/cli_log.h"
#include "tools/demonstration.h"
#include "tools/export.h"
#include "tools/import.h"
#include "tools/log_lines.h"
#include "tools/migrate.h"
#include "tools/replay.h"
#include "tools/reseal.h"
#include "tools/rotate_master.h"
#include "tools/watchdog.h"
#include "vault/keeper_apart.h"

namespace {

using namespace haechi;

#ifndef HAECHI_VERSION
#define HAECHI_VERSION "0.1.0"
#endif

void add_keys(CLI::App& command, tools::KeysAt& keys) {
  command.add_option("--key-ring", keys.ring,
                     "Of the data keys of persons; left out: beside the data directory");
  command.add_option("--master-key", keys.master,
                     "File with the key that wraps them, or pkcs11: URI; left out: likewise");
}

// What the command line says goes before what the file says.
struct ServeWords {
  node::Config said;
  std::string config_file;
  CLI::App* command = nullptr;
};

void add_serve(CLI::App& app, ServeWords& words) {
  CLI::App* serve = words.command = app.add_subcommand("serve", "Run the server until SIGINT or SIGTERM");
  serve->add_option("--config", words.config_file, "TOML file; the options below go before it");
  serve->add_option("--data", words.said.data, "Data directory");
  serve->add_option("--http-address", words.said.http_address, "Address of API, live streams and pages");
  serve->add_option("--http-port", words.said.http_port, "0: any free one");
  serve->add_option("--devices-address", words.said.device_address, "Address of device intake");
  serve->add_option("--devices-http-port", words.said.device_http_port, "0: any free one");
  serve->add_option("--mqtt-port", words.said.mqtt_port, "0: any free one");
  serve->add_option("--static", words.said.static_files, "Directory of pages");
  serve->add_option("--map-config", words.said.map_config,
                    "JSON file of base maps; left out: the built-in one");
  serve->add_option("--map-host", words.said.map_hosts, "Map server that pages may fetch from; repeatable");
  serve->add_option("--accept-older-log", words.said.accept_older_log,
                    "Start although more of this log was seen once; says why");
  serve->add_flag("--administrator-link", words.said.new_administrator_link,
                  "Print a one-time link for an administrator although there is one");
}

int serve(const ServeWords& words) {
  node::Config config;
#ifndef HAECHI_DEMONSTRATION
  config.keys_apart = true;
#endif
  if (!words.config_file.empty()) {
    if (const Status read = node::read_config(words.config_file, config); !read.ok())
      return std::fprintf(stderr, "haechi: %s\n", read.error().text().c_str()), 2;
  }
  const auto said = [&](const char* option) { return words.command->count(option) > 0; };
  if (said("--data")) config.data = words.said.data;
  if (said("--http-address")) config.http_address = words.said.http_address;
  if (said("--http-port")) config.http_port = words.said.http_port;
  if (said("--devices-address")) config.device_address = words.said.device_address;
  if (said("--devices-http-port")) config.device_http_port = words.said.device_http_port;
  if (said("--mqtt-port")) config.mqtt_port = words.said.mqtt_port;
  if (said("--static")) config.static_files = words.said.static_files;
  if (said("--map-config")) config.map_config = words.said.map_config;
  if (said("--map-host")) config.map_hosts = words.said.map_hosts;
  config.accept_older_log = words.said.accept_older_log;
  config.new_administrator_link = words.said.new_administrator_link;
  config.demo_keys_file = words.said.demo_keys_file;
  return node::run_serve(config);
}

struct ImportWords {
  tools::ImportOptions boundaries;
  tools::MigrateOptions folder;
  std::string kind = "jurisdictions";
};

void add_import(CLI::App& app, ImportWords& words) {
  CLI::App* import = app.add_subcommand(
      "import", "A new log from an exported folder, or official boundaries (GeoJSON) into a running server");
  tools::ImportOptions& options = words.boundaries;
  add_keys(*import, words.folder.keys);
  CLI::Option* from =
      import->add_option("--from", words.folder.folder, "Folder, as `haechi export` writes it");
  import->add_option("--data", words.folder.data, "With --from: data directory without a log")->needs(from);
  import
      ->add_flag("--as-logged", words.folder.as_logged,
                 "With --from: take what a whole log held although the rules of today refuse it")
      ->needs(from);
  import->add_option("--device", words.folder.device_id, "With --from: the device of every track")
      ->needs(from);
  import
      ->add_option("--source", words.folder.source,
                   "With --from: the system that judged the violations of rows that name none")
      ->needs(from);
  CLI::Option* file = import->add_option("file", options.file, "GeoJSON FeatureCollection of boundaries");
  file->excludes(from);
  import->add_option("--kind", words.kind, "jurisdictions or zones")
      ->check(CLI::IsMember({"jurisdictions", "zones"}));
  import->add_option("--url", options.url, "http(s)://host:port of the server");
  import->add_option("--ca", options.ca, "PEM file of whom https:// believes; left out: the system's");
  import->add_option("--key", options.key, "A registrar's key");
  import->add_option("--agency-prefix", options.agency_prefix, "Before the id of each agency");
  import->add_option("--jurisdiction-prefix", options.jurisdiction_prefix,
                     "Before the id of each jurisdiction");
  import->add_option("--id-property", options.id_property, "Property that names a feature");
  import->add_option("--name-property", options.name_property, "Property with its name for people");
  import->add_option("--informed", options.informed_agency_ids, "Agencies told of every alarm there");
  import->add_flag("--dry-run", options.dry_run, "Check everything, send or write nothing");
}

int import_any(CLI::App& app, ImportWords& words) {
  tools::ImportOptions& boundaries = words.boundaries;
  const auto misused = [](const char* text) { return std::fprintf(stderr, "haechi: %s\n", text), 2; };
  boundaries.zones = words.kind == "zones";
  const bool named = app.get_subcommand("import")->count("--id-property") > 0;
  if (boundaries.zones && !named) boundaries.id_property = words.folder.id_property;
  if (words.folder.folder.empty()) {
    if (boundaries.file.empty()) return misused("import needs --from FOLDER, or a file of boundaries");
    if (!boundaries.dry_run && (boundaries.url.empty() || boundaries.key.empty()))
      return misused("--url and --key are needed to import");
    return tools::run_import(boundaries);
  }
  words.folder.dry_run = boundaries.dry_run;
  if (named) words.folder.id_property = boundaries.id_property;
  if (words.folder.data.empty() && !words.folder.dry_run)
    return misused("--data is needed to import a folder");
  return tools::run_migrate(words.folder);
}

struct ExportWords {
  tools::ExportOptions options;
  std::vector<std::string> person_ids;
  std::string from, to;
};

void add_export(CLI::App& app, ExportWords& words) {
  CLI::App* command = app.add_subcommand("export", "Write a log at rest as files for other programs");
  command->add_option("--data", words.options.data, "Data directory of a server that is not running")
      ->required();
  command->add_option("--out", words.options.out, "Folder to make")->required();
  add_keys(*command, words.options.keys);
  command->add_option("--person", words.person_ids, "Only what concerns this person; repeatable");
  command->add_option("--from", words.from, "ISO 8601: reports and alerts from then on");
  command->add_option("--to", words.to, "ISO 8601: ... and before then");
}

// False, with a sentence, when one of them is no time; empty texts stay unknown.
bool read_times(std::initializer_list<std::pair<const std::string*, Time*>> texts) {
  for (const auto& [text, time] : texts) {
    if (text->empty()) continue;
    const Result<Time> read = parse_iso8601(*text);
    if (!read.ok()) return std::fprintf(stderr, "haechi: %s is no ISO 8601 time\n", text->c_str()), false;
    *time = *read;
  }
  return true;
}

int export_folder(ExportWords& words) {
  tools::ExportOptions& options = words.options;
  options.build = HAECHI_VERSION;
  options.person_ids = {words.person_ids.begin(), words.person_ids.end()};
  if (!read_times({{&words.from, &options.from}, {&words.to, &options.to}})) return 2;
  return tools::run_export(options);
}

struct BundleWords {
  tools::BundleOptions options;
  std::string from, to;
};

void add_bundle(CLI::App& app, BundleWords& words) {
  CLI::App* command =
      app.add_subcommand("bundle", "What a log at rest holds about two people, signed, for a court");
  tools::BundleOptions& options = words.options;
  command->add_option("--data", options.data, "Data directory of a server that is not running")->required();
  add_keys(*command, options.keys);
  command->add_option("--wearer", options.wearer_id, "His id")->required();
  command->add_option("--protected", options.protected_id, "Her id")->required();
  command->add_option("--out", options.out, "File to make")->required();
  command->add_option("--from", words.from, "ISO 8601: from then on");
  command->add_option("--to", words.to, "ISO 8601: ... and before then");
  command->add_option("--key", options.key,
                      "The log's private key; left out: evidence/key of the data directory");
}

int bundle(BundleWords& words) {
  words.options.build = HAECHI_VERSION;
  if (!read_times({{&words.from, &words.options.from}, {&words.to, &words.options.to}})) return 2;
  return tools::run_bundle(words.options);
}

struct KeysWords {
  tools::RotateMasterOptions rotate;
  tools::ResealOptions reseal;
  CLI::App* resealing = nullptr;
};

void add_keys_commands(CLI::App& app, KeysWords& words) {
  CLI::App* keys = app.add_subcommand("keys", "The keys under which a data directory is sealed");
  keys->require_subcommand(1);
  CLI::App* rotate = keys->add_subcommand("rotate-master", "Wrap all keys under another master key");
  rotate->add_option("--data", words.rotate.data, "Data directory; its server may run")->required();
  add_keys(*rotate, words.rotate.keys);
  rotate->add_option(
      "--to", words.rotate.to,
      "File (made if missing) or pkcs11: URI of the next one; left out: a new key in the same file");
  CLI::App* reseal = words.resealing = keys->add_subcommand(
      "reseal", "Next keys for everybody; records and accounts are sealed again under them");
  reseal->add_option("--data", words.reseal.data, "Data directory of a server that is not running")
      ->required();
  add_keys(*reseal, words.reseal.keys);
  reseal->add_flag("--end-replaced", words.reseal.end_replaced,
                   "End the keys of accounts that were replaced; backups of accounts from before need them");
}

void add_verify(CLI::App& app, tools::VerifyOptions& options) {
  CLI::App* verify = app.add_subcommand("verify", "Check a closed or crashed log, byte by byte");
  verify->add_option("directory", options.directory, "Data directory")->required();
  verify->add_option("--checkpoint", options.checkpoint, "File with a checkpoint that was kept elsewhere");
  verify->add_option("--key", options.keys,
                     "The log's public key, kept elsewhere: name+id+base64; repeatable, where it changed");
  verify->add_flag("--snapshot", options.snapshots,
                   "Hold the snapshots against the log too: their records, and the state that it leads to");
  add_keys(*verify, options.data_keys);
}

void add_replay(CLI::App& app, tools::ReplayOptions& options) {
  CLI::App* replay =
      app.add_subcommand("replay", "Print a log as JSON lines, or step written facts through the engine");
  CLI::Option* directory = replay->add_option("directory", options.directory, "Data directory");
  CLI::Option* facts = replay->add_option("--facts", options.facts,
                                          "Facts as JSON lines, - for standard input: print effects");
  facts->excludes(directory);
  add_keys(*replay, options.keys);
  replay->add_flag("--ticks", options.ticks, "With --facts: the clock ticks every second between them")
      ->needs(facts);
  replay->add_option("--from", options.from_no, "First entry printed");
  replay->add_flag("--effects", options.effects, "Step the engine over the log and print its effects")
      ->excludes(facts);
  replay->add_option("--explain", options.explain, "How this alert came about, instead");
}

struct WatchdogWords {
  std::string config_file, registrar_key_file;
  bool once = false;
  CLI::App* setup = nullptr;
};

void add_watchdog(CLI::App& app, WatchdogWords& words) {
  CLI::App* watchdog =
      app.add_subcommand("watchdog", "Prove every few seconds that alerts flow, and alarm when they do not");
  watchdog->add_option("--config", words.config_file, "TOML file, as src/tools/watchdog_settings.h says")
      ->required();
  watchdog->add_flag("--once", words.once, "One round; the exit code says how it went");
  words.setup = watchdog->add_subcommand("setup", "Register what it needs, and end");
  words.setup->add_option("--registrar-key-file", words.registrar_key_file, "File with a registrar's key")
      ->required();
}

int watchdog(const WatchdogWords& words) {
  const Result<tools::WatchdogSettings> settings = tools::read_watchdog_settings(words.config_file);
  if (!settings.ok()) return std::fprintf(stderr, "haechi: %s\n", settings.error().text().c_str()), 2;
  if (words.setup->parsed()) return tools::set_up_watchdog(*settings, words.registrar_key_file);
  return tools::run_watchdog(*settings, words.once);
}

}  // namespace

int main(int argc, char** argv) {
  // Lines of several machines are put side by side, and clocks are set back in autumn.
  spdlog::set_formatter(tools::log_lines());
  if (argc > 1 && std::string_view(argv[1]) == vault::kKeeperWord) return vault::run_keeper(argc > 2);
  CLI::App app("Haechi: monitoring, response and protection on one picture", "haechi");
  app.require_subcommand(1);
  ServeWords serve_words;
  ImportWords import_words;
  ExportWords export_words;
  BundleWords bundle_words;
  tools::VerifyOptions verify_options;
  tools::ReplayOptions replay_options;
  KeysWords keys_words;
  WatchdogWords watchdog_words;
  add_serve(app, serve_words);
#ifdef HAECHI_DEMONSTRATION
  tools::Demonstration demonstration(app, *serve_words.command, serve_words.said.demo_keys_file);
#endif
  add_import(app, import_words);
  add_export(app, export_words);
  add_bundle(app, bundle_words);
  add_verify(app, verify_options);
  add_replay(app, replay_options);
  add_keys_commands(app, keys_words);
  add_watchdog(app, watchdog_words);
  app.add_subcommand("openapi", "Print the description of the interface, as at /openapi.json");
  app.add_subcommand("version", "Print the version");
  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand("serve")) return serve(serve_words);
#ifdef HAECHI_DEMONSTRATION
  if (const std::optional<int> code = demonstration.run()) return *code;
#endif
  if (app.got_subcommand("watchdog")) return watchdog(watchdog_words);
  if (app.got_subcommand("import")) return import_any(app, import_words);
  if (app.got_subcommand("export")) return export_folder(export_words);
  if (app.got_subcommand("bundle")) return bundle(bundle_words);
  if (app.got_subcommand("keys"))
    return keys_words.resealing->parsed() ? tools::run_reseal(keys_words.reseal)
                                          : tools::run_rotate_master(keys_words.rotate);
  if (app.got_subcommand("verify")) return tools::run_verify(verify_options);
  if (app.got_subcommand("replay")) {
    if (replay_options.directory.empty() && replay_options.facts.empty())
      return std::fprintf(stderr, "haechi: replay needs a data directory or --facts\n"), 2;
    return tools::run_replay(replay_options);
  }
  if (app.got_subcommand("openapi")) return std::printf("%s\n", api::openapi_json().c_str()) < 0;
  std::printf("haechi %s\n", HAECHI_VERSION);
  return 0;
}
