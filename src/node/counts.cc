#include "node/counts.h"

#include "base/heap.h"
#include "store/fix_index.h"
#include "vault/keeper.h"

namespace haechi::node {

void count_machine(Metrics& metrics, const vault::Keeper& ring, const store::FixIndex& fixes) {
  metrics.add({"haechi_clock_synchronized", "0: nothing keeps this machine's clock.", {}, false, [] {
                 return clock_is_kept() ? 1.0 : 0.0;
               }});
  metrics.add({"haechi_history_indexed_entry_no",
               "Up to which entry a person's past is found at once.",
               {},
               false,
               [&fixes] { return static_cast<double>(fixes.covered()); }});
  metrics.add({"haechi_keys_under_house",
               "Keys made while the token with the master key did not answer.",
               {},
               false,
               [&ring] { return static_cast<double>(ring.under_house()); }});
  metrics.add({"haechi_heap_bytes", "Memory asked for and not given back.", {}, false, [] {
                 return static_cast<double>(heap_bytes());
               }});
}

void count_spine(Metrics& metrics, const spine::Spine& spine) {
  const auto of_spine = [&](const char* name, const char* help, uint64_t spine::SpineStats::*field,
                            bool counter) {
    metrics.add(
        {name, help, {}, counter, [&spine, field] { return static_cast<double>(spine.stats().*field); }});
  };
  using S = spine::SpineStats;
  of_spine("haechi_spine_entries_total", "Facts made durable.", &S::entries, true);
  of_spine("haechi_spine_entry_no", "Number of the newest entry.", &S::entry_no, false);
  of_spine("haechi_spine_batches_total", "Commits.", &S::batches, true);
  of_spine("haechi_spine_effects_total", "Effects published.", &S::effects, true);
  of_spine("haechi_spine_duplicates_total", "Reports that were logged already.", &S::duplicates, true);
  of_spine("haechi_spine_conflicting_total", "Reports with a known number and other content.",
           &S::conflicting, true);
  of_spine("haechi_spine_refused_total", "Facts refused because the queue was full.", &S::refused, true);
  of_spine("haechi_spine_queue_depth", "Facts waiting.", &S::queue_depth, false);
  of_spine("haechi_spine_commit_microseconds_total", "Time spent in commits.", &S::commit_us_sum, true);
  of_spine("haechi_spine_commit_microseconds_max", "Longest commit.", &S::commit_us_max, false);
  of_spine("haechi_spine_step_microseconds_total", "Time spent judging.", &S::step_us_sum, true);
}

void count_doors(Metrics& metrics, const gateway::MqttServer& mqtt,
                 const std::unique_ptr<net::HttpServer>& people,
                 const std::unique_ptr<net::HttpServer>& devices) {
  const auto of_mqtt = [&metrics, &mqtt](const char* name, const char* help,
                                         gateway::Counter gateway::MqttCounters::*field, bool counter) {
    metrics.add(
        {name, help, {}, counter, [&mqtt, field] { return static_cast<double>(mqtt.counters().*field); }});
  };
  using M = gateway::MqttCounters;
  of_mqtt("haechi_mqtt_connections_open", "MQTT connections now.", &M::connections_open, false);
  of_mqtt("haechi_mqtt_connections_refused_total", "Connections closed over a limit.",
          &M::connections_refused, true);
  of_mqtt("haechi_mqtt_connects_refused_total", "CONNECTs refused.", &M::connects_refused, true);
  of_mqtt("haechi_mqtt_takeovers_total", "Sessions taken over.", &M::takeovers, true);
  of_mqtt("haechi_mqtt_keep_alive_timeouts_total", "Connections that fell silent.", &M::keep_alive_timeouts,
          true);
  of_mqtt("haechi_mqtt_protocol_errors_total", "Malformed packets.", &M::protocol_errors, true);
  of_mqtt("haechi_mqtt_foreign_topics_total", "Topics of others.", &M::foreign_topics, true);
  of_mqtt("haechi_mqtt_reports_durable_total", "Reports acknowledged.", &M::reports_durable, true);
  of_mqtt("haechi_mqtt_reports_refused_total", "Reports refused.", &M::reports_refused, true);
  const auto of_http = [&](const char* name, const char* help, uint64_t net::ServerCounters::*field) {
    metrics.add({name, help, {{"door", "front"}}, true, [&people, field] {
                   return static_cast<double>(people->counters().*field);
                 }});
    metrics.add({name, help, {{"door", "devices"}}, true, [&devices, field] {
                   return static_cast<double>(devices->counters().*field);
                 }});
  };
  using H = net::ServerCounters;
  of_http("haechi_http_requests_total", "Requests that reached a handler.", &H::requests);
  of_http("haechi_http_bad_requests_total", "Requests that the server itself refused.", &H::bad_requests);
  of_http("haechi_http_refused_over_limit_total", "Connections closed over the limit.",
          &H::refused_over_limit);
  of_http("haechi_http_timeouts_total", "Requests and answers that took too long.", &H::timeouts);
  of_http("haechi_http_handshakes_failed_total", "Connections that did not come to speak TLS.",
          &H::handshakes_failed);
  of_mqtt("haechi_mqtt_handshakes_failed_total", "Connections that did not come to speak TLS.",
          &M::handshakes_failed, true);
  of_mqtt("haechi_mqtt_pauses_total", "Times a connection was left unread because of a bound.", &M::pauses,
          true);
}

void count_intake(Metrics& metrics, const gateway::HttpIntake& intake) {
  metrics.add_source([&intake] {
    std::vector<Metric> out;
    const auto add = [&out](const char* name, const char* help, Metric::Labels labels, uint64_t value) {
      out.push_back({name, help, std::move(labels), true, [value] { return static_cast<double>(value); }});
    };
    const gateway::HttpIntakeCounters counters = intake.counters();
    for (const auto& [kind, n] : counters.refused)
      add("haechi_intake_refused_total", "Refusals over HTTP, by reason.",
          {{"protocol", kind.first}, {"reason", kind.second}}, n);
    for (const auto& [protocol, n] : counters.durable)
      add("haechi_intake_durable_total", "Reports over HTTP made durable.", {{"protocol", protocol}}, n);
    for (const auto& [protocol, n] : counters.duplicate)
      add("haechi_intake_duplicate_total", "Reports over HTTP that were logged already.",
          {{"protocol", protocol}}, n);
    return out;
  });
}

}  // namespace haechi::node
