#include "net/wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <utility>

#include "net/proxies.h"

namespace haechi::net {

namespace asio = boost::asio;

namespace {

constexpr int kNameBytesMax = 256;

// The text of the subject's only CN; empty when there is none, several, or one with a NUL in it.
std::string common_name(const X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return size > kNameBytesMax || name.find('\0') != std::string::npos ? std::string() : name;
}

}  // namespace

std::string peer_address(const asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  return error ? std::string() : address_text(address);
}

Wire::Wire(Socket socket, std::shared_ptr<const Tls> tls) : socket_(std::move(socket)), tls_(std::move(tls)) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!tls_) return;
  ssl_ = tls_->accept(socket_.native_handle());
  if (!ssl_) socket_.close(ignored);  // never plain instead
  beside_ = tls_->beside();
}

Wire::~Wire() {
  if (step_) close();
}

bool Wire::secure(const Tls& tls, const std::string& host) {
  ssl_ = tls.connect(socket_.native_handle(), host);
  beside_ = tls.beside();
  return ssl_ != nullptr;
}

bool Wire::is_shaken() const {
  return !ssl_ || (!step_ && SSL_is_init_finished(ssl_.get()) == 1);
}

bool Wire::has_pending() const {
  return ssl_ && !step_ && SSL_pending(ssl_.get()) > 0;
}

std::string Wire::certificate_name() const {
  if (!ssl_ || !is_shaken() || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate == nullptr ? std::string() : common_name(certificate);
}

Wire::ErrorCode Wire::begin_step() {
  step_ = beside_->begin(ssl_);
  const int readable = step_ ? ::dup(step_->event()) : -1;
  if (readable >= 0) {
    stepped_.emplace(socket_.get_executor(), readable);
    return asio::error::would_block;
  }
  broken_ = true;
  trouble_ = "no descriptor is left";
  return asio::error::connection_reset;
}

Wire::ErrorCode Wire::shake(Socket::wait_type& wants) {
  if (!step_) return begin_step();
  if (!step_->is_done()) return asio::error::would_block;
  const auto step = std::exchange(step_, nullptr);
  stepped_.reset();
  if (step->outcome() == SSL_ERROR_NONE) {
    beside_.reset();
    return {};
  }
  return verdict(step->outcome(), step->trouble(), wants);
}

Wire::ErrorCode Wire::verdict(int outcome, std::string_view reason, Socket::wait_type& wants) {
  switch (outcome) {
    case SSL_ERROR_WANT_READ:
      wants = Socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants = Socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    default:
      break;
  }
  broken_ = true;
  const long verified = SSL_get_verify_result(ssl_.get());
  trouble_ = verified != X509_V_OK ? X509_verify_cert_error_string(verified) : reason;
  if (trouble_.empty()) trouble_ = "the connection broke";
  return asio::error::connection_reset;
}

Wire::ErrorCode Wire::outcome_of(int returned, Socket::wait_type& wants) {
  const int outcome = SSL_get_error(ssl_.get(), returned);
  const bool failed = outcome == SSL_ERROR_SSL || outcome == SSL_ERROR_SYSCALL;
  const char* reason = failed ? ERR_reason_error_string(ERR_peek_last_error()) : nullptr;
  const ErrorCode error = verdict(outcome, reason == nullptr ? "" : reason, wants);
  if (broken_) ERR_clear_error();
  return error;
}

size_t Wire::read_some(asio::mutable_buffer into, ErrorCode& error) {
  if (!ssl_) return socket_.read_some(asio::buffer(into), error);
  error = broken_ ? ErrorCode(asio::error::connection_reset) : ErrorCode();
  if (broken_ || into.size() == 0) return 0;
  if (beside_ && (error = shake(read_wants_))) return 0;
  ERR_clear_error();
  read_wants_ = Socket::wait_read;
  size_t count = 0;
  const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (returned != 1) error = outcome_of(returned, read_wants_);
  return returned == 1 ? count : 0;
}

size_t Wire::write_some(asio::const_buffer from, ErrorCode& error) {
  if (!ssl_) return socket_.write_some(asio::buffer(from), error);
  error = broken_ ? ErrorCode(asio::error::connection_reset) : ErrorCode();
  if (broken_ || from.size() == 0) return 0;
  if (beside_ && (error = shake(write_wants_))) return 0;
  ERR_clear_error();
  write_wants_ = Socket::wait_write;
  size_t count = 0;
  const int returned = SSL_write_ex(ssl_.get(), from.data(), from.size(), &count);
  if (returned != 1) error = outcome_of(returned, write_wants_);
  return returned == 1 ? count : 0;
}

void Wire::finish(ErrorCode& error) {
  if (ssl_ && !broken_ && is_shaken()) {
    SSL_shutdown(ssl_.get());  // what does not go out at once is not waited for
    ERR_clear_error();
  }
  socket_.shutdown(Socket::shutdown_send, error);
}

void Wire::close() {
  ErrorCode ignored;
  if (!socket_.is_open()) return;
  if (step_) {
    // Others' thread may be at the socket: nobody else may get its number before that is over.
    finish(ignored);
    stepped_.reset();
    const int descriptor = socket_.release(ignored);
    std::exchange(step_, nullptr)->abandon(descriptor);
    ssl_.reset();
    return;
  }
  if (ssl_) finish(ignored);
  ssl_.reset();  // it knows the descriptor, which will soon be another's
  socket_.close(ignored);
}

}  // namespace haechi::net
