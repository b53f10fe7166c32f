#include "net/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "net/test_support.h"

namespace haechi::net {
namespace {

// A server that echoes method, path, query and body; "/later" is answered from another thread.
class Echo {
 public:
  explicit Echo(ServerLimits limits = {}) : loop("http") {
    auto listening = HttpServer::listen(loop, "127.0.0.1", 0, limits);
    server = *std::move(listening);
    server->handle(
        [this](Request request, Respond respond) { answer(std::move(request), std::move(respond)); });
    loop.start();
  }
  ~Echo() {
    for (auto& thread : threads) thread.join();
    server.reset();
  }

  void answer(Request request, Respond respond) {
    if (request.path == "/drop") return;
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/hold") {
      std::lock_guard lock(mutex);
      held.push_back(std::move(respond));
      return;
    }
    Response response;
    response.content_type = "text/plain";
    response.body = request.method + ' ' + request.path + '?' + request.query + ' ' + request.body;
    if (request.path == "/cached")
      response.headers = {{"cache-control", "max-age=60"}, {"x-a", "b\r\nx-evil: 1"}};
    if (request.path == "/nothing") response.status = 204;
    if (request.path != "/later") return respond(std::move(response));
    threads.emplace_back(
        [respond = std::move(respond), response = std::move(response)] { respond(response); });
  }

  std::string ask(const std::string& request) {
    RawConnection connection(server->port());
    connection.send(request);
    return connection.read_to_end();
  }
  bool still_serves() {
    return status_of(ask("GET /alive HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")) == 200;
  }

  Loop loop;
  std::unique_ptr<HttpServer> server;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<Respond> held;
};

// A door that says what was turned away, "ADDRESS WHY" each.
struct WatchedDoor {
  std::vector<std::string> told;
  Loop loop{"http"};
  std::unique_ptr<HttpServer> server;

  explicit WatchedDoor(Door door = {}) {
    door.turned_away = [this](const std::string& address, const std::string& why) {
      told.push_back(address + ' ' + why);
    };
    server = *HttpServer::listen(loop, "127.0.0.1", 0, {}, std::move(door));
    server->handle([](Request request, Respond respond) {
      if (request.path == "/throw") throw std::runtime_error("a bug");
      respond(problem(request.path == "/much" ? 429 : 401, "", "", ""));
    });
    server->handle_socket(
        "/live",
        [](Request, auto answer) {
          answer({true, problem(403, "", "", "")});
        },
        nullptr);
    loop.start();
  }
  std::string ask(const std::string& target, const std::string& headers = "") {
    RawConnection connection(server->port());
    connection.send("GET " + target + " HTTP/1.1\r\nhost: x\r\n" + headers + "\r\n");
    return connection.read_answer();
  }
  std::vector<std::string> ended() {
    server.reset();
    loop.stop();
    return told;
  }
};

TEST(Server, TellsWhoWasTurnedAwayAndWhy) {
  WatchedDoor door;
  door.ask("/asks-without-a-key");
  door.ask("/x", "authorization: Bearer wrong\r\n");
  door.ask("/x", "cookie: haechi_me=ended\r\n");
  door.ask("/much");
  door.ask("/a/../b");
  door.ask("/throw");
  door.ask("/live",
           "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
           "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  EXPECT_EQ(door.ended(),
            (std::vector<std::string>{"127.0.0.1 401 Unauthorized", "127.0.0.1 401 Unauthorized",
                                      "127.0.0.1 429 Too Many Requests", "127.0.0.1 400 Bad Request",
                                      "127.0.0.1 exception: a bug", "127.0.0.1 403 Forbidden"}));
}

TEST(Server, TellsWhomAProxyAskedFor) {
  WatchedDoor door({.trusted_proxies = {"127.0.0.1"}});
  door.ask("/x", "authorization: Bearer wrong\r\nx-forwarded-for: 192.0.2.7\r\n");
  EXPECT_EQ(door.ended(), std::vector<std::string>{"192.0.2.7 401 Unauthorized"});
}

TEST(Server, GivesTheAnswerOfItsDoorInsteadOfTheHandlers) {
  WatchedDoor door({.instead = [](const Request& request) -> std::optional<Response> {
    if (request.header("host") == "x" && request.path != "/much")
      return problem(421, "misdirected", "host", "");
    return std::nullopt;
  }});
  EXPECT_EQ(status_of(door.ask("/x")), 421);
  EXPECT_EQ(
      status_of(door.ask("/live",
                         "upgrade: websocket\r\nconnection: upgrade\r\n"
                         "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n")),
      421);
  EXPECT_EQ(status_of(door.ask("/much")), 429);
}

TEST(HttpServer, AnswersAndAddsSafeHeaders) {
  Echo echo;
  std::string answer =
      echo.ask("POST /a%20b?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "POST /a b?q=1 hi");
  EXPECT_NE(answer.find("x-content-type-options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(answer.find("cache-control: no-store\r\n"), std::string::npos);
}

TEST(HttpServer, LetsAResponseSetItsCachingAndNeverLetsItSplitTheHead) {
  Echo echo;
  std::string answer = echo.ask("GET /cached HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  EXPECT_NE(answer.find("cache-control: max-age=60\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("no-store"), std::string::npos);
  EXPECT_EQ(answer.find("\r\nx-evil"), std::string::npos);
}

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

std::string with_headers(const std::string& headers, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nhost: x\r\n" + headers + "\r\n" + body;
}

std::vector<BadRequest> bad_requests() {
  return {
      {"not HTTP", "hello there\r\n\r\n", 400},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"bad version", "GET / HTTP/3.7\r\n\r\n", 505},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400},
      {"length and chunks", with_headers("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {"chunks and length", with_headers("transfer-encoding: chunked\r\ncontent-length: 5\r\n", "0\r\n\r\n"),
       400},
      {"unknown coding and length", with_headers("transfer-encoding: xchunked\r\ncontent-length: 1\r\n", "a"),
       400},
      {"unknown transfer coding", with_headers("transfer-encoding: identity\r\n"), 400},
      {"chunked is not last", with_headers("transfer-encoding: chunked, gzip\r\n"), 400},
      {"gzip then chunked", with_headers("transfer-encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked twice",
       with_headers("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"two equal lengths", with_headers("content-length: 1\r\ncontent-length: 1\r\n", "a"), 400},
      {"two lengths", with_headers("content-length: 1\r\ncontent-length: 2\r\n", "ab"), 400},
      {"list of lengths", with_headers("content-length: 1, 1\r\n", "a"), 400},
      {"negative length", with_headers("content-length: -1\r\n"), 400},
      {"length with sign", with_headers("content-length: +1\r\n", "a"), 400},
      {"length overflow", with_headers("content-length: 99999999999999999999999\r\n"), 400},
      {"chunk size overflow", with_headers("transfer-encoding: chunked\r\n", "fffffffffffffffff\r\na\r\n"),
       400},
      {"chunk size not hex", with_headers("transfer-encoding: chunked\r\n", "zz\r\na\r\n0\r\n\r\n"), 400},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"space before colon", with_headers("content-length : 1\r\n", "a"), 400},
      {"header without colon", with_headers("nonsense\r\n"), 400},
      {"null in header", with_headers(std::string("a: b\0c\r\n", 8)), 400},
      {"gzip body", with_headers("content-encoding: gzip\r\ncontent-length: 1\r\n", "a"), 415},
      {"odd expectation", with_headers("expect: miracles\r\n"), 400},
      {"target without slash", "GET a HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"null in path", "GET /a%00b HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"broken escape", "GET /a%4 HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"climbing path", "GET /a/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"backslash", "GET /a%5c..%5cb HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"TRACE", "TRACE / HTTP/1.1\r\nhost: x\r\n\r\n", 405},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n", 405},
      {"long target", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nhost: x\r\n\r\n", 431},
      {"long header", with_headers("a: " + std::string(20000, 'a') + "\r\n"), 431},
      {"endless header", "GET / HTTP/1.1\r\nhost: x\r\na: " + std::string(40000, 'a'), 431},
      {"declared too large", with_headers("content-length: 1048577\r\n"), 413},
      {"chunk too large",
       with_headers("transfer-encoding: chunked\r\n", "100001\r\n" + std::string(70000, 'a')), 413},
  };
}

TEST(HttpServer, RefusesEveryMalformedRequestAndGoesOnServing) {
  Echo echo;
  for (const BadRequest& bad : bad_requests()) {
    std::string answers = echo.ask(bad.bytes);
    EXPECT_EQ(status_of(answers), bad.status) << bad.name << ": " << answers;
    EXPECT_NE(answers.find("connection: close"), std::string::npos) << bad.name;
    EXPECT_EQ(answers.find("HTTP/1.1 ", 1), std::string::npos) << bad.name << " got a second answer";
    EXPECT_TRUE(echo.still_serves()) << bad.name;
  }
  EXPECT_EQ(echo.server->counters().bad_requests, bad_requests().size());
}

TEST(HttpServer, RefusesAHundredThousandHeaders) {
  Echo echo;
  std::string request = "GET / HTTP/1.1\r\nhost: x\r\n";
  for (int i = 0; i < 100'000; ++i) request += "a: b\r\n";
  EXPECT_EQ(status_of(echo.ask(request + "\r\n")), 431);
}

TEST(HttpServer, SurvivesRandomBytesAndCutRequests) {
  Echo echo;
  std::mt19937 random(7);
  const std::string good =
      "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3;e=f\r\nabc\r\n0\r\nt: u\r\n\r\n";
  for (int round = 0; round < 600; ++round) {
    std::string bytes = good;
    for (int change = 0; change < 1 + round % 4; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (round % 3 == 0) bytes.resize(random() % bytes.size());
    RawConnection connection(echo.server->port());
    connection.send(bytes);
    connection.finish_sending();
    connection.read_to_end();
  }
  EXPECT_TRUE(echo.still_serves());
  EXPECT_TRUE(eventually([&] { return echo.server->counters().open == 0; }));
}

TEST(HttpServer, TakesABodyOfExactlyTheLimitAndRefusesOneByteMore) {
  ServerLimits limits;
  limits.body_bytes_max = 200'000;
  Echo echo(limits);
  auto post = [&](size_t bytes) {
    return echo.ask("POST /b HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: " +
                    std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'b'));
  };
  EXPECT_EQ(body_of(post(200'000)), "POST /b? " + std::string(200'000, 'b'));
  EXPECT_EQ(status_of(post(200'001)), 413);
}

TEST(HttpServer, ReadsChunkedBodiesSplitAnywhere) {
  Echo echo;
  const std::string request =
      "POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n "
      "world\r\n0\r\n\r\n";
  RawConnection connection(echo.server->port());
  for (size_t cut = 1; cut < request.size(); ++cut) {
    connection.send(request.substr(0, cut));
    std::this_thread::yield();
    connection.send(request.substr(cut));
    ASSERT_EQ(body_of(connection.read_answer()), "POST /c? hello world") << cut;
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  Echo echo;
  RawConnection connection(echo.server->port());
  std::string all;
  for (int i = 0; i < 200; ++i) {
    std::string path = i % 5 == 0 ? "/later" : "/now";
    all += "POST " + path + "?" + std::to_string(i) + " HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nz";
  }
  connection.send(all);
  for (int i = 0; i < 200; ++i) {
    std::string path = i % 5 == 0 ? "/later" : "/now";
    ASSERT_EQ(body_of(connection.read_answer()), "POST " + path + "?" + std::to_string(i) + " z");
  }
  EXPECT_EQ(echo.server->counters().accepted, 1u);
}

TEST(HttpServer, AnswersHeadWithoutBodyAndOptionsItself) {
  Echo echo;
  RawConnection connection(echo.server->port());
  connection.send("HEAD /h HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  std::string answer = connection.read_to_end();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("content-length: 8\r\n"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "");
  std::string options = echo.ask("OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(status_of(options), 204);
  EXPECT_NE(options.find("allow: GET"), std::string::npos);
  EXPECT_EQ(options.find("content-length"), std::string::npos);
}

TEST(HttpServer, AnswersFiveHundredWhenTheHandlerDropsOrThrows) {
  Echo echo;
  EXPECT_EQ(status_of(echo.ask("GET /drop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")), 500);
  EXPECT_EQ(status_of(echo.ask("GET /throw HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")), 500);
  EXPECT_TRUE(echo.still_serves());
}

TEST(HttpServer, InvitesABodyThatWaitsForContinue) {
  Echo echo;
  RawConnection connection(echo.server->port());
  connection.send("POST /e HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
  EXPECT_EQ(connection.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("ok");
  EXPECT_EQ(body_of(connection.read_answer()), "POST /e? ok");
}

TEST(HttpServer, EndsARequestThatTricklesInWithFourHundredEight) {
  ServerLimits limits;
  limits.request_ms_max = Duration::millis(60);
  Echo echo(limits);
  RawConnection slow(echo.server->port());
  slow.send("GET / HTTP/1.1\r\nhost:");
  EXPECT_EQ(status_of(slow.read_to_end()), 408);
  RawConnection slow_body(echo.server->port());
  slow_body.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nab");
  EXPECT_EQ(status_of(slow_body.read_to_end()), 408);
  EXPECT_EQ(echo.server->counters().timeouts, 2u);
  EXPECT_TRUE(echo.still_serves());
}

TEST(HttpServer, EndsIdleConnectionsSilently) {
  ServerLimits limits;
  limits.idle_ms_max = Duration::millis(60);
  Echo echo(limits);
  RawConnection idle(echo.server->port());
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(eventually([&] { return echo.server->counters().open == 0; }));
  EXPECT_EQ(echo.server->counters().timeouts, 0u);
}

TEST(HttpServer, ClosesAndCountsConnectionsOverTheLimit) {
  ServerLimits limits;
  limits.connections_max = 2;
  Echo echo(limits);
  RawConnection one(echo.server->port());
  auto two = std::make_unique<RawConnection>(echo.server->port());
  ASSERT_TRUE(eventually([&] { return echo.server->counters().open == 2; }));
  RawConnection three(echo.server->port());
  EXPECT_EQ(three.read_to_end(), "");
  EXPECT_EQ(echo.server->counters().refused_over_limit, 1u);
  two.reset();
  ASSERT_TRUE(eventually([&] { return echo.server->counters().open == 1; }));
  EXPECT_TRUE(echo.still_serves());
}

TEST(HttpServer, LetsAnAnswerComeAfterTheConnectionHasGone) {
  Echo echo;
  {
    RawConnection connection(echo.server->port());
    connection.send("GET /hold HTTP/1.1\r\nhost: x\r\n\r\n");
    ASSERT_TRUE(eventually([&] {
      std::lock_guard lock(echo.mutex);
      return echo.held.size() == 1;
    }));
  }
  echo.held[0](Response{});
  EXPECT_TRUE(eventually([&] { return echo.server->counters().open == 0; }));
  EXPECT_TRUE(echo.still_serves());
}

TEST(HttpServer, LetsAnAnswerComeOrBeDroppedAfterTheLoopHasEnded) {
  std::vector<Respond> held;
  {
    Echo echo;
    RawConnection first(echo.server->port()), second(echo.server->port());
    for (RawConnection* connection : {&first, &second})
      connection->send("GET /hold HTTP/1.1\r\nhost: x\r\n\r\n");
    ASSERT_TRUE(eventually([&] {
      std::lock_guard lock(echo.mutex);
      return echo.held.size() == 2;
    }));
    held.swap(echo.held);
  }
  ASSERT_EQ(held.size(), 2u);
  held[0](Response{});  // AddressSanitizer would find a loop that is not there any more
  held.clear();
}

TEST(HttpServer, SaysWhyItCannotListen) {
  Loop loop("http");
  auto first = HttpServer::listen(loop, "127.0.0.1", 0, {});
  ASSERT_TRUE(first.ok());
  auto second = HttpServer::listen(loop, "127.0.0.1", (*first)->port(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_FALSE(HttpServer::listen(loop, "not an address", 0, {}).ok());
}

TEST(HttpServer, ServesAmongManyIdleConnections) {
  Echo echo;
  std::vector<std::unique_ptr<RawConnection>> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(std::make_unique<RawConnection>(echo.server->port()));
    ASSERT_TRUE(idle.back()->connected());
  }
  EXPECT_TRUE(eventually([&] { return echo.server->counters().open == 400; }));
  idle[123]->send("GET /i HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(body_of(idle[123]->read_answer()), "GET /i? ");
}

TEST(HttpServer, BelievesOnlyTrustedProxiesForWhomTheyAsk) {
  Loop loop("proxied");
  const auto who = [](const Request& request, const Respond& respond) {
    respond({200, "text/plain", request.peer + (request.secure ? " secure" : ""), {}});
  };
  const auto ask = [](HttpServer& server, const std::string& headers) {
    RawConnection connection(server.port());
    connection.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + headers + "\r\n");
    return body_of(connection.read_to_end());
  };
  auto plain = *HttpServer::listen(loop, "127.0.0.1", 0, {});
  auto proxied =
      *HttpServer::listen(loop, "127.0.0.1", 0, {}, {.trusted_proxies = {"127.0.0.1", "10.0.0.7"}});
  plain->handle(who);
  proxied->handle(who);
  loop.start();
  const std::string said = "x-forwarded-for: 192.0.2.1, 198.51.100.2\r\nx-forwarded-proto: https\r\n";
  EXPECT_EQ(ask(*plain, said), "127.0.0.1");
  EXPECT_EQ(ask(*proxied, said), "198.51.100.2 secure") << "what the last one says, not what it was told";
  EXPECT_EQ(ask(*proxied, "x-forwarded-for: 192.0.2.1, ::ffff:10.0.0.7\r\n"), "192.0.2.1");
  EXPECT_EQ(ask(*proxied, "x-forwarded-for: 192.0.2.1\r\nx-forwarded-for: 2001:db8::5\r\n"), "2001:db8::5");
  EXPECT_EQ(ask(*proxied, "x-forwarded-for: nonsense\r\nx-forwarded-proto: https, http\r\n"), "127.0.0.1");
}

TEST(HttpServer, LetsOnlyTrustedProxiesAndThisMachineInAtAPlainDoor) {
  Door door;
  EXPECT_TRUE(door.lets_in("192.0.2.1"));
  door.trusted_proxies = {"10.0.0.7"};
  EXPECT_TRUE(door.lets_in("10.0.0.7"));
  EXPECT_TRUE(door.lets_in("127.0.0.1"));
  EXPECT_TRUE(door.lets_in("::1"));
  EXPECT_FALSE(door.lets_in("192.0.2.1"));
  EXPECT_FALSE(door.lets_in(""));
}

TEST(HttpServer, ClosesConnectionsBeyondTheBoundOfOneAddress) {
  ServerLimits limits;
  limits.connections_per_address_max = 3;
  Echo echo(limits);
  auto first = std::make_unique<RawConnection>(echo.server->port());
  RawConnection second(echo.server->port()), third(echo.server->port());
  ASSERT_TRUE(eventually([&] { return echo.server->counters().open == 3; }));
  RawConnection fourth(echo.server->port());
  EXPECT_TRUE(fourth.ended());
  EXPECT_EQ(echo.server->counters().refused_over_limit, 1u);
  first.reset();
  ASSERT_TRUE(eventually([&] { return echo.server->counters().open == 2; }));
  EXPECT_TRUE(echo.still_serves());
}

TEST(HttpServer, ProtectsBrowsersWhereItServesThem) {
  Loop loop("browsers");
  auto devices = *HttpServer::listen(loop, "127.0.0.1", 0, {});
  auto people = *HttpServer::listen(loop, "127.0.0.1", 0, {}, {.browsers = true});
  const auto page = [](const Request& request, const Respond& respond) {
    Response response;
    if (request.path == "/page") response.headers = {{"content-security-policy", "default-src 'self'"}};
    respond(std::move(response));
  };
  devices->handle(page);
  people->handle(page);
  loop.start();
  const auto ask = [](HttpServer& server, const std::string& path) {
    RawConnection connection(server.port());
    connection.send("GET " + path + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    return connection.read_to_end();
  };
  const std::string answer = ask(*people, "/api");
  for (const char* header :
       {"content-security-policy: default-src 'none'; frame-ancestors 'none'", "referrer-policy: no-referrer",
        "x-content-type-options: nosniff", "cross-origin-opener-policy: same-origin",
        "cross-origin-resource-policy: same-origin"})
    EXPECT_NE(answer.find(header), std::string::npos) << header;
  EXPECT_EQ(answer.find("strict-transport-security"), std::string::npos) << "that counts over TLS only";
  const std::string own = ask(*people, "/page");
  EXPECT_NE(own.find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(own.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(ask(*people, "/a/../b").find("content-security-policy"), std::string::npos) << "refusals too";
  EXPECT_EQ(ask(*devices, "/api").find("content-security-policy"), std::string::npos);
}

}  // namespace
}  // namespace haechi::net
