// ApiClient: the REST interface as the actors of a world use it: the registrar who enters an order, the
// patrol that presses "on scene". Speaks canonical proto3 JSON over a real socket.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "net/loop.h"
#include "sim/json.h"

namespace haechi::sim {

class ApiClient {
 public:
  using Done = std::function<void(Result<std::string> body)>;

  // `base_url` is "http://host:port", or https: where `tls` says whom to believe. The loop lives longer than
  // the client.
  ApiClient(net::Loop& loop, std::string base_url, std::shared_ptr<net::Tls> tls = nullptr);

  // Any thread. `done` runs on the loop: the body of a 2xx answer, or an error with the reason the server
  // gave.
  void send(const std::string& key, const std::string& method, const std::string& path,
            const std::string& body, Done done);
  // The same, waiting for the answer. Never on the loop.
  Result<std::string> call(const std::string& key, const std::string& method, const std::string& path,
                           const std::string& body = {});
  Status put(const std::string& key, const std::string& path, const google::protobuf::Message& body);
  Status post(const std::string& key, const std::string& path, const google::protobuf::Message& body);
  Status get(const std::string& key, const std::string& path, google::protobuf::Message& answer);

 private:
  net::Loop& loop_;
  std::string base_url_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace haechi::sim
