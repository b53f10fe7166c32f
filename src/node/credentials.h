// Credentials: secrets that the machine's service manager keeps sealed and gives to this process alone, as
// files of the directory $CREDENTIALS_DIRECTORY (systemd.exec, LoadCredentialEncrypted). A setting that is a
// secret, or names the file of one, may be "credential:NAME".
#pragma once

#include <string>

#include "base/result.h"

namespace haechi::node {

// The file of a "credential:NAME", any other text as it is. kInvalid: this process was given none of that
// name.
Result<std::string> credential_file(const std::string& setting, const std::string& text);
// What is in it, without the line feed at its end; of any other text kNotFound.
Result<std::string> credential_value(const std::string& setting, const std::string& text);
// Is this the path of a file that was given so?
bool is_credential(const std::string& path);

}  // namespace haechi::node
