// Where outside CADs are, as the registrar recorded it.
#include "link/cad_connector.h"
#include "store/records.h"
#include "trust/personal.h"

namespace haechi::link {

std::unique_ptr<CadConnector> CadConnector::create(net::Loop& loop, spine::Submit& submit,
                                                   store::Records& records, const Clock& clock,
                                                   CadConnectorOptions options) {
  const auto directory = [&records]() -> Result<std::vector<CadEndpoint>> {
    // The secret was given to be used here; the registrar's rule is the one that lets it be read.
    const trust::Viewer link{.account = "link", .role = trust::Role::kRegistrar};
    std::vector<CadEndpoint> endpoints;
    TRY(const std::vector<store::Connector> connectors, records.connectors());
    for (const store::Connector& connector : connectors) {
      auto secret = trust::reveal(link, trust::Purpose::kRegistration, connector.secret);
      if (!secret.ok()) continue;
      std::string url = connector.endpoint;
      while (url.ends_with('/')) url.pop_back();
      auto former = trust::reveal(link, trust::Purpose::kRegistration, connector.former_secret);
      if (!former.ok()) continue;
      endpoints.push_back({connector.agency_id,
                           url,
                           {connector.agency_id, *std::move(secret)},
                           {connector.agency_id, *std::move(former)},
                           connector.former_until});
    }
    return endpoints;
  };
  return std::make_unique<CadConnector>(loop, submit, clock, directory, std::move(options));
}

}  // namespace haechi::link
