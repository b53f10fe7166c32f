// The server's end of a WebSocket, as server.cc needs it. For this room only.
#pragma once

#include <functional>
#include <memory>

#include "net/server.h"
#include "net/wire.h"

namespace haechi::net {

class SocketEnd : public Socket {
 public:
  // Cuts the connection without a callback to the user.
  virtual void abandon() = 0;
};

// Answers the upgrade `request` on `wire`. `opened` is called once if the handshake succeeds; `gone`
// exactly once, when the connection has ended or the handshake failed.
std::shared_ptr<SocketEnd> accept_socket(Loop& loop, Wire wire, Request request, const ServerLimits& limits,
                                         std::function<void(std::shared_ptr<Socket>)> opened,
                                         std::function<void(SocketEnd*)> gone);

}  // namespace haechi::net
