#include "api/exchange.h"

#include "api/page.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api {

Result<size_t> Exchange::limit() const {
  const std::string text = request.parameter("limit");
  if (text.empty()) return size_t{200};
  if (text.size() > 4 || text.find_first_not_of("0123456789") != std::string::npos) {
    return invalid("limit", "must be 1 to 1000");
  }
  const size_t limit = std::stoul(text);
  if (limit < 1 || limit > 1000) return invalid("limit", "must be 1 to 1000");
  return limit;
}

Result<bool> all_states(const Exchange& exchange) {
  const std::string state = exchange.request.parameter("state");
  if (state == "all") return true;
  if (state.empty() || state == "open") return false;
  return invalid("state", "must be open or all");
}

net::Response json_response(int status, const google::protobuf::Message& message) {
  net::Response response;
  response.status = status;
  response.body = write_json(message);
  return response;
}

Plan answering(const google::protobuf::Message& message, std::vector<std::string> shown_ids) {
  Plan plan;
  plan.shown_ids = std::move(shown_ids);
  plan.answer = [response = json_response(200, message)](uint64_t) { return response; };
  return plan;
}

Plan logging(std::unique_ptr<v1::Fact> fact, int status) {
  Plan plan;
  plan.facts.push_back(std::move(fact));
  plan.answer = [status](uint64_t entry_no) {
    v1::Written written;
    written.set_entry_no(entry_no);
    return json_response(status, written);
  };
  return plan;
}

}  // namespace haechi::api
