// OpenAPI 3.1 of the route table; the schemas are read off the protobuf descriptors.
#pragma once

#include <string>

namespace haechi::api {

std::string openapi_json();

}  // namespace haechi::api
